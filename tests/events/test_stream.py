"""The event stream as its clients see it, over real sockets."""

import json
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from rdvd.events import Events
from rdvd.identity import Owner, Session, SessionId, TokenId, TokenUser, UserId
from tests.streams.visits import closing, frame, hear_close

from .streams import ME, PATH, happen, hear, say, streaming, subscribe


async def test_a_fact_reaches_who_subscribed_with_number_time_type_and_data(tmp_path: Path):
    async with streaming(tmp_path, events=Events(today=lambda: 7)) as stream:
        client = await stream.connect()
        assert await subscribe(client) == {
            "seq": 0, "at": 7, "type": "snapshot", "data": {"gap": False, "state": {}},
        }  # fmt: skip
        happen(stream.events, 5)

        assert await hear(client) == {
            "seq": 1, "at": 7, "type": "actor.started", "data": {"place": "5"},
        }  # fmt: skip


async def test_nothing_comes_before_a_subscription_but_the_greeting(tmp_path: Path):
    async with streaming(tmp_path) as stream:
        client = await stream.connect()
        assert (await hear(client))["data"]["stream"] == stream.events.stream
        happen(stream.events)

        assert (await subscribe(client))["seq"] == 1


async def test_a_filter_lets_through_what_begins_with_one_of_its_prefixes(tmp_path: Path):
    async with streaming(tmp_path) as stream:
        client = await stream.connect()
        await subscribe(client, types=["token.", "nothing."])
        happen(stream.events)
        stream.events.publish("token.ended", {"token": "t", "reason": "revoked"}, None)

        assert (await hear(client))["type"] == "token.ended"


async def test_who_comes_back_gets_what_was_missed_and_then_what_happens(tmp_path: Path):
    async with streaming(tmp_path) as stream:
        for number in range(3_000):  # far beyond what may wait for a live reader
            happen(stream.events, number)
        client = await stream.connect()
        answer = await subscribe(client, resume=10, stream=stream.events.stream)
        happen(stream.events)

        assert (answer["type"], answer["data"]) == ("resumed", {"missed": 2_990})
        assert [(await hear(client))["seq"] for _ in range(2_991)] == list(range(11, 3_002))


@pytest.mark.parametrize(("stream_id", "seq"), [("another life", 2), (None, 9_999)])
async def test_after_a_gap_there_is_a_snapshot_of_how_things_are(
    stream_id: str | None, seq: int, tmp_path: Path
):
    events = Events(lambda principal: {"for": principal.user})
    async with streaming(tmp_path, events=events) as stream:
        for _ in range(3):
            happen(events)
        client = await stream.connect()
        answer = await subscribe(client, resume=seq, stream=stream_id or events.stream)
        happen(events)

        assert (answer["type"], answer["seq"]) == ("snapshot", 3)
        assert answer["data"] == {"gap": True, "state": {"for": "me"}}
        assert (await hear(client))["seq"] == 4


async def test_a_heartbeat_comes_every_fifteen_seconds(tmp_path: Path, autojump_clock: MockClock):
    async with streaming(tmp_path) as stream:
        client = await stream.connect()
        await hear(client)
        began = trio.current_time()

        beats = [(await hear(client))["type"] for _ in range(3)]

        assert beats == ["heartbeat"] * 3
        assert trio.current_time() - began == pytest.approx(45, abs=0.1)


async def test_a_reader_that_does_not_read_is_cut_with_a_reason_and_others_notice_nothing(
    tmp_path: Path,
):
    async with streaming(tmp_path) as stream:
        slow, quick = await stream.connect(), await stream.connect()
        await subscribe(slow)
        await subscribe(quick)
        for number in range(400):
            happen(stream.events, number, size=10_000)
            assert (await hear(quick))["data"]["place"].endswith(str(number))

        code, reason = await closing(slow)

        await wait_all_tasks_blocked()
        assert (code, (reason or "")[:8]) == (1013, "too slow")
        assert stream.connections == 1


async def test_a_reader_that_never_reads_again_costs_its_buffer_and_two_seconds(
    tmp_path: Path, autojump_clock: MockClock
):
    async with streaming(tmp_path) as stream:
        await stream.connect()
        dead = await stream.served.open_wire(PATH)
        await dead.send_all(frame(1, json.dumps({"type": "subscribe"}).encode()))
        await wait_all_tasks_blocked()
        began = trio.current_time()
        for number in range(60):
            happen(stream.events, number, size=60_000)
            await wait_all_tasks_blocked()
        assert stream.connections == 2  # it has some time to hear why
        assert max(stream.events.lags) <= 17

        await trio.sleep_until(began + 2.5)

        assert stream.connections == 1
        assert await hear_close(dead) is None  # and it never sees the half of a frame go on


async def test_three_messages_that_make_no_sense_are_named_and_then_it_ends(tmp_path: Path):
    async with streaming(tmp_path) as stream:
        client = await stream.connect()
        await hear(client)
        await say(client, type="subscribe", colour="red")
        first = await hear(client)
        await client.send_message(b"\x00")
        second = await hear(client)
        await say(client, type="subscribe", resume=3)
        third = await hear(client)

        assert (first["type"], first["data"]["left"]) == ("error", 2)
        assert "colour" in first["data"]["detail"]
        assert "binary" in second["data"]["detail"]
        assert "resume needs the stream" in third["data"]["detail"]
        assert (await closing(client))[0] == 1008


async def test_a_message_too_large_ends_the_connection(tmp_path: Path):
    async with streaming(tmp_path) as stream:
        client = await stream.connect()
        await client.send_message("x" * 20_000)

        assert (await closing(client))[0] == 1009


YOURS = UserId("you")
SEEN = [
    (Owner(ME), ["owner", "mine", "yours", "session", "all"]),
    (TokenUser(ME, TokenId("t"), "cli", is_owner=True), ["owner", "mine", "session", "all"]),
    (TokenUser(ME, TokenId("t"), "api", is_owner=True), ["mine", "session", "all"]),
    (TokenUser(YOURS, TokenId("t"), "cli", is_owner=False), ["yours", "all"]),
    (Session(ME, SessionId("s")), ["session", "all"]),
    (Session(YOURS, SessionId("s")), ["all"]),
]


@pytest.mark.parametrize(("who", "seen"), SEEN)
async def test_everybody_sees_only_what_they_may(
    who: Owner | TokenUser | Session, seen: list[str], tmp_path: Path
):
    async with streaming(tmp_path, who=who) as stream:
        client = await stream.connect()
        await subscribe(client)
        publish, kind = stream.events.publish, "actor.stopped"
        publish(kind, {"place": "owner"}, None)
        publish(kind, {"place": "mine"}, ME)
        publish(kind, {"place": "yours"}, YOURS)
        publish(kind, {"place": "session"}, ME, session=SessionId("s"))
        publish(kind, {"place": "all"}, None, public=True)

        assert [(await hear(client))["data"]["place"] for _ in seen] == seen
