"""Many sessions are begun anew."""

import trio
from attrs import evolve
from trio.testing import MockClock

from actors import Refused
from rdvd.identity import SessionId
from rdvd.sessions import Session
from rdvd.sessions.restoring import AT_ONCE, begin_anew

from .sample import a_session


async def test_a_few_at_a_time_in_order_and_none_stops_the_others(autojump_clock: MockClock):
    ids = [SessionId(f"s{number}") for number in range(3 * AT_ONCE)]
    running, most = 0, 0

    async def begin(id: SessionId) -> Session:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await trio.sleep(1)
        running -= 1
        if id == ids[3]:
            raise Refused("not this one")
        return evolve(a_session(), id=id)

    began = trio.current_time()
    found = await begin_anew(ids, begin)

    assert 3 == round(trio.current_time() - began)
    assert AT_ONCE == most
    assert ids == list(found)
    assert [ids[3]] == [id for id, each in found.items() if isinstance(each, Refused)]
