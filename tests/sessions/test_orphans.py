"""tmux sessions that no row knows: shown, taken in as they are, and ended."""

from pathlib import Path

import pytest

from rdvd.sessions import (
    SessionActor,
    pane_of,
)
from rdvd.sessions.orphans import NoOrphan, end_orphan, find_orphan, find_orphans
from rdvd.sessions.processes import look_at

from .house import House, living


async def test_orphans_are_shown_taken_in_and_ended(tmp_path: Path, run: Path):
    async with living(tmp_path, run) as house:
        known = await house.new("sleep", "100")
        new = ("new-session", "-d", "-s", "stray #1", "sleep 1000")
        await house.shop.tmux.run(0, *new)
        await house.shop.tmux.run(0, "new-session", "-d", "-s", "other", "sleep 1001")
        assert {"stray #1", "other"} == {each.name for each in await find_orphans(house.shop)}

        taken = await house.front.adopt(0, "stray #1", house.user)
        await end_orphan(house.shop, await find_orphan(house.shop, 0, "other"))

        assert [] == await find_orphans(house.shop)
        with pytest.raises(NoOrphan):
            await house.front.adopt(0, known.tmux_name, house.user)
    async with living(tmp_path, run) as house:
        assert [known, taken] == house.front.of(None)
        pane = pane_of(taken)
        assert pane is not None
        assert look_at(pane.pid) is not None
        left = await house.front.close(taken.id)
        assert () == left.survivors


async def test_an_orphan_that_goes_with_its_process_has_been_ended(house: House):
    await house.new("sleep", "100")
    await house.shop.tmux.run(0, "new-session", "-d", "-s", "stray", "sleep 1001")
    await house.shop.tmux.run(0, "set-option", "-w", "-t", "=stray:", "remain-on-exit", "off")

    assert () == await end_orphan(house.shop, await find_orphan(house.shop, 0, "stray"))

    assert [] == await find_orphans(house.shop)


async def test_of_an_orphan_its_first_directory_and_its_own_variables_are_kept(
    house: House, tmp_path: Path
):
    place = tmp_path / "a place"
    place.mkdir()
    await house.new("sleep", "100")
    script = "cd /; exec sleep 1000"
    await house.shop.tmux.run(
        0, "new-session", "-d", "-s", "stray", "-c", str(place), "-e", "KEY=a\nb",
        "--", "sh", "-c", script,
    )  # fmt: skip
    taken = await house.front.adopt(0, "stray", house.user)
    assert str(place) == taken.directory  # where it was begun, not where it is
    assert {"KEY": "a\nb"} == taken.program.environment


async def test_an_orphan_that_runs_a_script_of_its_own_keeps_it(house: House):
    await house.new("sleep", "100")
    script = 'echo "<$0 $KEY>"; read _'
    new = ("new-session", "-d", "-s", "stray", "-e", "KEY=c", "--", "sh", "-c", script, "it's")
    await house.shop.tmux.run(0, *new)
    taken = await house.front.adopt(0, "stray", house.user)

    await (await house.front.actor(taken.id)).call(SessionActor.restart)

    await house.printed(taken, b"<it's c>")
