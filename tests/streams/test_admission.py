"""Who is let in, and for how long: a real Auth behind a real socket."""

import json
import os
from pathlib import Path

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from rdvd.ground.peer import Peer
from rdvd.identity import Auth, SessionId
from rdvd.limits import Rate
from rdvd.streams.reception import MOST_EACH
from tests.identity.house import house

from .doors import ORIGIN, ROUTES, place
from .visits import bearer, closing, entrance_of, serving


async def test_who_is_outside_of_every_session_needs_no_token(tmp_path: Path):
    async with place(tmp_path) as here:
        assert (await here.who("/ws/strict"))[0] == "owner"
        assert here.served.census.open == {"/ws/strict": 1}


async def test_a_process_inside_a_session_is_that_session_and_no_more(tmp_path: Path):
    async with place(tmp_path) as here:
        owner = await here.house.owner()
        here.house.panes[os.getpid()] = SessionId("s")
        await here.house.auth.call(Auth.mint_for_session, SessionId("s"), owner.user)

        assert (await here.served.refusal("/ws/open/other"))[0] == 403
        assert (await here.served.refusal("/ws/open/s"))[0] == 403  # nor does it watch itself


async def test_a_wrong_token_is_a_problem_before_anything_is_opened(tmp_path: Path):
    async with place(tmp_path) as here:
        headers = [(b"Authorization", b"Bearer nonsense")]

        assert (await here.served.refusal("/ws/strict", headers=headers))[0] == 401
        assert here.served.census.total == 0
        assert here.served.census.openings == {("/ws/strict", "refused"): 1}


async def test_wrong_tokens_in_a_row_are_limited_and_a_right_one_still_passes(tmp_path: Path):
    async with place(tmp_path) as here:
        headers = [(b"Authorization", b"Bearer nonsense")]
        refusals = [await here.served.refusal("/ws/strict", headers=headers) for _ in range(7)]
        late = await here.first_message({"type": "auth", "token": "nonsense"})

        assert [status for status, _ in (refusals[0], refusals[-1])] == [401, 429]
        assert late[0] == 4429
        assert (await here.who("/ws/strict", headers=bearer(await here.house.mint())))[0] == "api"


FOREIGN = ["https://evil.example", "null", "", "https://rdv.example.evil", "http://rdv.example"]


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize("target", ["/ws/strict", "/ws/open/s", "/ws/nowhere"])
async def test_a_page_of_another_origin_is_refused_first_of_all(
    origin: str, target: str, tmp_path: Path
):
    async with place(tmp_path) as here:
        headers = [(b"Origin", origin.encode()), (b"Authorization", b"Bearer nonsense")]
        later = [(b"Origin", origin.encode())]

        refused = await here.served.refusal(target, headers=headers)
        announced = await here.served.refusal(target, headers=later, subprotocols=["rdv.auth"])

        assert refused == announced == (403, "ORIGIN_REFUSED")
        assert here.house.events == []  # nobody was even looked at


async def test_a_page_of_ours_is_let_in(tmp_path: Path):
    async with place(tmp_path) as here:
        assert (await here.who("/ws/strict", headers=[(b"Origin", ORIGIN.encode())]))[0] == "owner"


@pytest.mark.parametrize("path", ["/ws/nowhere", "/ws/strict/", "/ws/open/", "/", "/ws/open/s/x"])
async def test_another_path_is_not_found(path: str, tmp_path: Path):
    async with place(tmp_path) as here:
        assert await here.served.refusal(path) == (404, "NOT_FOUND")


async def test_a_worker_has_nothing_to_follow(tmp_path: Path):
    async with place(tmp_path) as here:
        worker = await here.house.mint("wrk")

        assert (await here.served.refusal("/ws/strict", headers=bearer(worker)))[0] == 403


async def test_a_revoked_token_ends_its_streams_within_a_second_and_no_others(tmp_path: Path):
    async with place(tmp_path) as here:
        mine, other = await here.house.mint(), await here.house.mint()
        _, cut = await here.who("/ws/strict", headers=bearer(mine))
        late = await here.served.connect("/ws/open/s?auth=message")
        credential = {"type": "auth", "token": mine.secret.reveal()}
        await late.send_message(json.dumps(credential))
        await late.get_message()
        _, kept = await here.who("/ws/strict", headers=bearer(other))
        owner = await here.house.owner()

        await here.house.auth.call(Auth.revoke, owner, mine.token.id)

        with trio.fail_after(1):
            assert await closing(cut) == await closing(late) == (4401, "the token has ended")
        await kept.send_message("still here")
        assert await kept.get_message() == "still here"
        assert here.served.census.total == 1


async def test_a_token_that_expires_ends_its_streams(tmp_path: Path):
    async with place(tmp_path) as here:
        minted = await here.house.mint(expires_in_seconds=1)
        _, client = await here.who("/ws/strict", headers=bearer(minted))

        with trio.fail_after(2):
            assert (await closing(client))[0] == 4401


async def test_one_principal_has_a_bounded_number_of_streams_and_takes_nobody_elses(tmp_path: Path):
    async with place(tmp_path) as here:
        headers = bearer(await here.house.mint())
        for _ in range(MOST_EACH):
            await here.served.connect("/ws/strict", headers=headers)
        await wait_all_tasks_blocked()

        assert (await here.served.refusal("/ws/strict", headers=headers))[0] == 429
        assert (await here.who("/ws/strict"))[0] == "owner"


async def test_opening_too_often_is_limited_with_the_time_to_come_back(tmp_path: Path):
    async with place(tmp_path, read=Rate(2)) as here:
        for _ in range(2):
            await (await here.served.connect("/ws/strict")).aclose()

        assert await here.served.refusal("/ws/strict") == (429, "RATE_LIMITED")


async def test_who_is_of_another_user_of_the_system_is_not_heard(tmp_path: Path):
    def is_somebody_else(peer: Peer) -> bool:
        return peer.uid != os.getuid()

    async with house(tmp_path) as home:
        door = entrance_of(home)
        async with serving(tmp_path, ROUTES, door, home, peer_check=is_somebody_else) as served:
            assert await (await served.wire()).receive_some() == b""
