"""What has ended is begun again as its policy says: by whichever daemon is there when it is due."""

from pathlib import Path

from rdvd.sessions import Active, Exited, Restarted

from .house import living


async def test_a_failed_command_is_begun_again_with_ever_longer_pauses(tmp_path: Path, run: Path):
    async with living(tmp_path, run, restart_delay_seconds=0.01, most_restarts_in_a_row=3) as house:
        session = await house.new("false", restart="on-failure")

        while (
            not isinstance((now := await house.until(session.id, Exited)).state, Exited)
            or now.restarts.in_a_row < 3
        ):
            await house.until(session.id, Active)

        assert 3 == now.restarts.count


async def test_what_has_run_for_a_good_while_begins_a_new_row_of_restarts(
    tmp_path: Path, run: Path
):
    async with living(tmp_path, run, restart_delay_seconds=0.01, steady_seconds=0) as house:
        rows: list[int] = []
        with house.shop.facts.subscribe(1_000) as facts:
            await house.new("false", restart="on-failure")

            async for fact in facts:
                if isinstance(fact, Restarted):
                    rows.append(fact.session.restarts.in_a_row)
                if len(rows) == 3:
                    break

        assert [1, 1, 1] == rows


async def test_a_restart_that_was_due_comes_although_the_daemon_was_away(tmp_path: Path, run: Path):
    async with living(tmp_path, run, restart_delay_seconds=50) as house:
        session = await house.new("false", restart="on-failure")
        await house.until(session.id, Exited)

    async with living(tmp_path, run, restart_delay_seconds=0.01, most_restarts_in_a_row=1) as house:
        while house.front.get(session.id).restarts.count < 1:
            await house.until(session.id, Active)
