"""Sessions in the trash, and out of it."""

import attrs
import pytest
import trio

from rdvd.bytelog import ByteLog
from rdvd.ground.errors import BadInput, NotFound
from rdvd.sessions import Closed, Exited, Remains, Trashed, storage
from rdvd.sessions.logs import extract

from .house import House


async def test_a_session_in_the_trash_can_be_read_until_it_goes_for_good(house: House):
    session = await house.new("echo", "precious")
    await house.until(session.id, Exited)
    trash, log = house.shop.trash, house.shop.home(session.id).path
    await house.front.trash(session.id)
    (entry,) = await trash.page(house.user, None, None, 10)
    assert ("session", "one", session.id) == (entry.kind, entry.title, entry.subject)
    assert entry.bytes > 0
    assert b"precious" in extract(ByteLog(log), 0, 1_000).data

    with pytest.raises(BadInput):
        await trash.restore(entry, "/tmp")
    await trash.restore(await trash.find(session.id, house.user))
    stored = await house.shop.store.read(storage.get, session.id)
    assert stored == house.front.get(session.id)
    assert isinstance(stored.state, Closed)
    with pytest.raises(NotFound):
        await trash.restore(entry)

    await house.front.trash(session.id)
    await trash.delete([await trash.find(session.id, house.user)])
    with pytest.raises(NotFound):
        house.front.get(session.id)
    assert await house.shop.store.read(storage.page_after, "") == []
    with trio.fail_after(10):
        while log.exists():
            await trio.lowlevel.checkpoint()


async def test_a_session_that_was_in_the_trash_before_there_was_one_for_all_gets_an_entry(
    house: House,
):
    session = await house.new("true")
    await house.until(session.id, Exited)
    closed = (await house.front.close(session.id)).session
    old = attrs.evolve(closed, state=Trashed(1))
    await house.shop.store.write(storage.put, old)
    house.shop.roster.put(old)

    await Remains(house.shop).adopt()
    await Remains(house.shop).adopt()

    entry = await house.shop.trash.about("session", session.id)
    assert entry is not None
    assert isinstance((await house.front.untrash(session.id)).state, Closed)
