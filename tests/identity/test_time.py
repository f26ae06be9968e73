"""What time does to tokens. The clock stands still unless a test moves it."""

from collections.abc import Callable
from pathlib import Path

import pytest
import trio
from attrs import evolve
from trio.testing import MockClock

from actors.testing import recording
from rdvd.ground.errors import Unauthenticated
from rdvd.identity import Auth, Minted, Service, Ticket, TokenRevoked

from .house import House, bearer, house

DAY = 24 * 3600
START = 1_800_000_000_000


def calendar(shift: Callable[[], int] = lambda: 0) -> Callable[[], int]:
    """Dates that go with the clock of the test, and may be moved besides."""
    return lambda: START + int(trio.current_time() * 1000) + shift()


async def is_good(h: House, minted: Minted) -> bool:
    try:
        await h.auth.call(Auth.authenticate, bearer(minted), None)
    except Unauthenticated:
        return False
    return True


async def serves(h: House, token: str) -> bool:
    headers = {"x-rdv-service-token": token, "x-rdv-user-id": (await h.owner()).user}
    try:
        return isinstance(await h.auth.call(Auth.authenticate, headers, None), Service)
    except Unauthenticated:
        return False


async def test_a_token_that_expires_ends_the_streams_it_has_opened(
    tmp_path: Path, mock_clock: MockClock
):
    async with house(tmp_path, today=calendar()) as h:
        minted = await h.mint(expires_in_seconds=60)
        with recording(h.ended) as heard:
            mock_clock.jump(59.9)
            assert await is_good(h, minted)
            mock_clock.jump(0.1)
            assert not await is_good(h, minted)

            assert TokenRevoked(minted.token.id, "expired") == await heard.wait_for(TokenRevoked)


async def test_turning_the_calendar_back_prolongs_no_life_and_forward_ends_it(
    tmp_path: Path, mock_clock: MockClock
):
    shift = [0]
    async with house(tmp_path, today=calendar(lambda: shift[0])) as h:
        minted = await h.mint(expires_in_seconds=60)
        shift[0] = 3_600_000
        assert not await is_good(h, minted)
        shift[0] = -3_600_000
        assert await is_good(h, minted)
        mock_clock.jump(61)
        assert not await is_good(h, minted)


@pytest.mark.parametrize(("seconds", "opens"), [(29.9, True), (30, False)])
async def test_a_ticket_waits_for_thirty_seconds(
    seconds: float, opens: bool, tmp_path: Path, mock_clock: MockClock
):
    async with house(tmp_path, today=calendar()) as h:
        ticket = await h.auth.call(Auth.mint_ticket, await h.owner(), "events.follow")
        mock_clock.jump(seconds)
        try:
            who = await h.auth.call(Auth.authenticate, {}, None, ticket.secret.reveal())
            assert opens
            assert isinstance(who, Ticket)
        except Unauthenticated:
            assert not opens


async def test_after_a_rotation_both_service_tokens_are_good_for_ten_minutes(
    tmp_path: Path, mock_clock: MockClock
):
    async with house(tmp_path, today=calendar()) as h:
        old = h.service_token()
        token = await h.auth.call(Auth.rotate_service_token, await h.owner())
        new = h.service_token()

        assert token.rotated_from is not None
        assert [True, True, True] == [old != new, await serves(h, old), await serves(h, new)]
        mock_clock.jump(599)
        assert await serves(h, old)
        mock_clock.jump(1)
        assert [False, True] == [await serves(h, old), await serves(h, new)]


async def test_an_overlap_goes_on_over_a_restart(tmp_path: Path, mock_clock: MockClock):
    async with house(tmp_path, today=calendar()) as h:
        old = h.service_token()
        await h.auth.call(Auth.rotate_service_token, await h.owner())
        mock_clock.jump(300)
    async with house(tmp_path, today=calendar()) as again:
        assert await serves(again, old)
        mock_clock.jump(300)
        assert not await serves(again, old)


@pytest.mark.parametrize("file_was_replaced", [True, False])
async def test_a_kill_in_the_middle_of_a_rotation_leaves_the_files_token_good(
    file_was_replaced: bool, tmp_path: Path, mock_clock: MockClock
):
    """As a kill leaves it: the database knows both, neither has an end."""
    async with house(tmp_path, today=calendar()) as h:
        old = h.service_token()
        await h.auth.call(Auth.rotate_service_token, await h.owner())
        new = h.service_token()
        await h.store.write(lambda db: db.execute("UPDATE tokens SET expires = NULL") and None)
    if not file_was_replaced:
        h.settings.service_token_file.write_text(old)
    async with house(tmp_path, today=calendar()) as again:
        in_file, other = (new, old) if file_was_replaced else (old, new)
        assert in_file == again.service_token()
        assert [True, True] == [await serves(again, in_file), await serves(again, other)]
        mock_clock.jump(600)
        assert [True, False] == [await serves(again, in_file), await serves(again, other)]


async def test_a_dead_service_token_in_the_file_is_replaced(tmp_path: Path, mock_clock: MockClock):
    async with house(tmp_path, today=calendar()) as h:
        old = h.service_token()
        await h.auth.call(Auth.rotate_service_token, await h.owner())
    h.settings.service_token_file.write_text(old)
    mock_clock.jump(601)
    async with house(tmp_path, today=calendar()) as again:
        assert old != again.service_token()
        assert await serves(again, again.service_token())


async def test_the_service_token_is_rotated_when_it_is_old(tmp_path: Path, mock_clock: MockClock):
    async with house(tmp_path, today=calendar(), rotation_days=30) as h:
        before = h.service_token()
        mock_clock.jump(30 * DAY - 1)
        await h.auth.call(Auth.tidy)
        assert before == h.service_token()
        mock_clock.jump(1)
        await h.auth.call(Auth.tidy)
        assert before != h.service_token()
        assert await serves(h, before)


async def test_a_shorter_life_of_the_service_token_holds_at_once_and_a_longer_one_too(
    tmp_path: Path, mock_clock: MockClock
):
    async with house(tmp_path, today=calendar(), rotation_days=30) as h:
        first = h.service_token()
        mock_clock.jump(5 * DAY)
        await h.auth.call(Auth.take, evolve(h.settings, rotation_days=6))
        assert first == h.service_token()
        await h.auth.call(Auth.take, evolve(h.settings, rotation_days=5))
        second = h.service_token()
        await h.auth.call(Auth.take, evolve(h.settings, rotation_days=100))
        mock_clock.jump(99 * DAY)
        await h.auth.call(Auth.tidy)

        assert first != second == h.service_token()


async def test_a_rotation_that_fails_is_tried_again_and_harms_nobody(
    tmp_path: Path, mock_clock: MockClock, caplog: pytest.LogCaptureFixture
):
    async with house(tmp_path, today=calendar(), rotation_days=1) as h:
        before = h.service_token()
        h.settings.service_token_file.chmod(0o644)
        mock_clock.jump(DAY)
        await h.auth.call(Auth.tidy)
        assert "service_token.not_rotated" in caplog.text
        assert await serves(h, before)
        h.settings.service_token_file.chmod(0o600)
        await h.auth.call(Auth.tidy)
        assert before == h.service_token()
        mock_clock.jump(3600)
        await h.auth.call(Auth.tidy)
        assert before != h.service_token()


async def test_uses_are_written_late_and_all_at_once(tmp_path: Path, mock_clock: MockClock):
    def last_used(db: object) -> object:
        return db.execute(  # type: ignore[attr-defined]
            "SELECT last_used FROM tokens WHERE kind = 'api'"
        ).fetchone()[0]

    async with house(tmp_path, today=calendar()) as h:
        minted = await h.mint()
        assert await is_good(h, minted)
        shown = await h.auth.call(Auth.token, await h.owner(), minted.token.id)
        assert START == shown.last_used
        assert await h.store.read(last_used) is None
        mock_clock.jump(30)
        await h.auth.call(Auth.tidy)
        assert START == await h.store.read(last_used)
        mock_clock.jump(5)
        assert await is_good(h, minted)
    async with house(tmp_path, today=calendar()) as again:
        assert START + 35_000 == await again.store.read(last_used)
