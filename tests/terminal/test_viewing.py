"""Watching and typing, as a person would notice it."""

import json

import pytest
import trio
from trio_websocket import ConnectionRejected

from rdvd.sessions import SessionActor

from .viewers import Cinema


async def test_a_viewer_sees_the_screen_types_and_sees_the_answer(seats: Cinema) -> None:
    session = await seats.house.new("sh", "-c", "echo ready; exec cat")
    viewer = await seats.watch(session, "cols=100&rows=30")
    hello = await viewer.until("hello")
    assert hello["session"] == session.id
    assert (hello["resumed"], hello["read_only"]) == ("repaint", False)
    await viewer.until_seen("ready")
    await viewer.keys("grüße\r")
    await viewer.until_seen("grüße", times=2)


async def test_output_positions_count_every_byte_in_both_modes(seats: Cinema) -> None:
    session = await seats.house.new("sh", "-c", "seq 2000; echo the end; exec cat")
    for protocols in ((), ("rdv.v1",)):
        viewer = await seats.watch(session, "cols=80&rows=24", *protocols)
        await viewer.until_seen("the end")
        assert viewer.seqs[0] == 0
        assert viewer.seqs == sorted(viewer.seqs)
        assert viewer.seqs[-1] < len(viewer.output)


async def test_many_viewers_see_the_same_and_only_the_primary_one_sets_the_size(
    seats: Cinema,
) -> None:
    session = await seats.house.new("cat")
    desktop = await seats.watch(session, "cols=120&rows=30")
    await desktop.until("primary", is_primary=True, cols=120, rows=30)
    phone = await seats.watch(session, "cols=40&rows=20")
    told = await phone.until("primary")
    assert (told["is_primary"], told["cols"], told["rows"]) == (False, 120, 30)

    await phone.say("focus")
    await phone.until("primary", is_primary=True, cols=40, rows=20)
    await desktop.until("primary", is_primary=False, cols=40, rows=20)
    assert seats.house.front.get(session.id).size.columns == 40

    await phone.socket.aclose()
    await desktop.until("primary", is_primary=True, cols=120, rows=30)
    await desktop.say("resize", cols=90, rows=25)
    await desktop.until("primary", is_primary=True, cols=90, rows=25)


async def test_who_may_only_look_cannot_type_and_is_told_once(seats: Cinema) -> None:
    session = await seats.house.new("cat")
    owner = await seats.watch(session)
    guest = await seats.watch(session, "read_only=true")
    assert (await guest.until("hello"))["read_only"]
    for _ in range(5):
        await guest.keys("sudo rm\r")
    assert (await guest.until("error"))["code"] == "READ_ONLY"
    await guest.say("ping")
    await guest.until("pong")
    assert len([said for said in guest.said if said["type"] == "error"]) == 1
    await owner.keys("owner\r")
    await owner.until_seen("owner", times=2)
    assert "sudo" not in owner.seen


async def test_the_exit_comes_after_the_last_line_with_its_code(seats: Cinema) -> None:
    session = await seats.house.new("sh", "-c", "read x; seq 300; echo last line; exit 7")
    viewer = await seats.watch(session)
    await viewer.until("primary")
    await viewer.keys("\r")
    told = await viewer.until("exit")
    assert (told["code"], told["signal"]) == (7, None)
    assert "last line" in viewer.seen
    assert await viewer.goodbye() == 1000


async def test_each_end_of_a_session_has_its_own_words(seats: Cinema) -> None:
    front = seats.house.front
    session = await seats.house.new("cat")
    viewer = await seats.watch(session)
    await viewer.until("primary")
    actor = await front.actor(session.id)
    await actor.call(SessionActor.suspend, freezes=False)
    assert await viewer.goodbye() == 4409
    assert (await (await seats.watch(session)).goodbye()) == 4409
    await actor.call(SessionActor.resume)
    viewer = await seats.watch(session)
    await viewer.until("primary")
    await front.close(session.id)
    assert await viewer.goodbye() == 1000


async def test_a_session_that_is_not_there_is_refused_before_the_upgrade(seats: Cinema) -> None:
    with pytest.RaisesGroup(ConnectionRejected) as refused:
        async with trio.open_nursery() as nursery:
            await seats.watch("nobody", nursery=nursery)
    (rejected,) = refused.value.exceptions
    assert isinstance(rejected, ConnectionRejected)
    assert rejected.status_code == 404
    assert json.loads(rejected.body or b"")["code"] == "NOT_FOUND"


async def test_a_daemon_that_stops_says_so_and_the_session_lives_on(seats: Cinema) -> None:
    session = await seats.house.new("cat")
    viewer = await seats.watch(session)
    await viewer.until("primary")
    seats.stopping.set()
    assert await viewer.goodbye() == 1001
