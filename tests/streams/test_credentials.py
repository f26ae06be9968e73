"""Tickets, and who tells who they are in the first message: a real Auth behind a real socket."""

import json
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from rdvd.ground.errors import BadInput
from rdvd.streams.handshake import read_knock

from .doors import place
from .visits import KNOCK, bearer, closing, frame, hear_close


async def test_a_ticket_opens_one_stream_once_and_is_in_nothing_the_handler_sees(tmp_path: Path):
    async with place(tmp_path) as here:
        for offered in ([], ["rdv.strict"]):
            ticket = await here.ticket()
            in_protocol = [f"rdv.ticket.{ticket}", *offered] if offered else []
            target = "/ws/strict" if offered else f"/ws/strict?ticket={ticket}"
            who, client = await here.who(target, subprotocols=in_protocol)

            assert (who, client.subprotocol) == ("ticket of owner", (offered or [None])[0])
            again = await here.served.refusal(target, subprotocols=in_protocol)
            assert again == (401, "TICKET_INVALID")


async def test_of_many_who_show_one_ticket_at_once_one_wins(tmp_path: Path):
    async with place(tmp_path) as here:
        ticket, codes = await here.ticket("session.watch", "s"), list[int | None]()

        async def race(number: int) -> None:
            wire = await here.served.wire()
            protocol = f"Sec-WebSocket-Protocol: rdv.ticket.{ticket}\r\n".encode()
            await wire.send_all(KNOCK % (b"/ws/open/s", protocol) + frame(8, b"\x03\xe8"))
            codes.append(int((await wire.receive_some(12))[9:12]))

        async with trio.open_nursery() as nursery:
            for number in range(100):
                nursery.start_soon(race, number)

    assert codes.count(101) == 1
    assert set(codes) == {101, 401, 429}


async def test_a_ticket_opens_nothing_but_what_it_is_for(tmp_path: Path):
    async with place(tmp_path) as here:
        for target, action, session in (
            ("/ws/open/s", "session.watch", "other"),
            ("/ws/open/s", "events.follow", None),
            ("/ws/strict", "session.watch", "s"),
        ):
            ticket = await here.ticket(action, session)
            assert (await here.served.refusal(f"{target}?ticket={ticket}"))[0] == 403


@pytest.mark.parametrize("query", ["ticket=a&ticket=b", "x=1&x=2", "&".join(map(str, range(40)))])
async def test_what_can_be_read_in_two_ways_is_refused(query: str, tmp_path: Path):
    async with place(tmp_path) as here:
        fields = "&".join(f"{part}=" for part in query.split("&")) if "=" not in query else query
        assert (await here.served.refusal(f"/ws/strict?{fields}"))[0] == 400


async def test_who_tells_later_is_known_by_the_first_message_alone(tmp_path: Path):
    async with place(tmp_path) as here:
        token = (await here.house.mint()).secret.reveal()
        ticket = await here.ticket("session.watch", "s")
        user, service = (await here.house.owner()).user, here.house.service_token()
        for credential, target, who in (
            ({"token": token}, "/ws/open/s?auth=message", "api"),
            ({"token": ticket}, "/ws/open/s?auth=message", "ticket of owner"),
            ({"token": service, "user": user}, "/ws/open/s?auth=message", "service"),
        ):
            client = await here.served.connect(target)
            await client.send_message(json.dumps({"type": "auth", **credential}))
            await client.send_message("and on it goes")

            assert await client.get_message() == who
            assert await client.get_message() == "and on it goes"


async def test_a_first_message_that_is_wrong_is_refused_by_a_close_code(tmp_path: Path):
    async with place(tmp_path) as here:
        token = (await here.house.mint()).secret.reveal()
        worker = (await here.house.mint("wrk")).secret.reveal()
        ends = [
            await here.first_message({"type": "auth", "token": "nonsense"}),
            await here.first_message({"type": "auth", "token": worker}),
            await here.first_message({"type": "auth", "token": token}, target="/ws/open/missing"),
            await here.first_message({"type": "auth", "token": token, "colour": "red"}),
            await here.first_message(["ls"]),
        ]

    assert [code for code, _ in ends] == [4401, 4403, 4404, 1008, 1008]
    assert "colour" in ends[3][1]


async def test_who_never_says_who_they_are_is_closed_after_five_seconds(
    tmp_path: Path, autojump_clock: MockClock
):
    async with place(tmp_path) as here:
        began = trio.current_time()
        assert (await here.first_message())[0] == 4408
        assert trio.current_time() - began == pytest.approx(5, abs=0.1)


async def test_who_has_not_said_who_they_are_yet_is_told_of_the_end_too(tmp_path: Path):
    async with place(tmp_path) as here:
        client = await here.served.connect("/ws/open/s?auth=message")
        here.served.stopping.set()

        assert (await closing(client))[0] == 1001


async def test_who_leaves_without_a_word_is_no_fault(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    async with place(tmp_path) as here:
        for goodbye in (frame(8, b"\x03\xe8"), b""):
            wire = await here.served.open_wire("/ws/open/s?auth=message")
            await wire.send_all(goodbye)
            await wire.aclose()
        await wait_all_tasks_blocked()

    assert [record.msg for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_credential_is_shown_once_and_in_one_place(tmp_path: Path):
    async with place(tmp_path) as here:
        headers = bearer(await here.house.mint())
        both = await here.served.refusal("/ws/open/s?auth=message", headers=headers)
        not_here = await here.served.refusal("/ws/strict?auth=message")

        assert both[0] == not_here[0] == 400


def test_a_repeated_credential_is_refused():
    twice = [(b"Authorization", b"Bearer one"), (b"authorization", b"Bearer other")]

    with pytest.raises(BadInput, match="more than once"):
        read_knock("/ws/open/s", twice, [])


async def test_no_ticket_and_no_token_is_in_any_line_of_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    caplog.set_level("DEBUG")
    async with place(tmp_path) as here:
        ticket, minted = await here.ticket(), await here.house.mint()
        await (await here.who(f"/ws/strict?ticket={ticket}"))[1].aclose()
        await here.served.refusal(f"/ws/strict?ticket={ticket}")
        await (await here.who("/ws/strict", headers=bearer(minted)))[1].aclose()
        wire = await here.served.open_wire("/ws/open/s?auth=message")
        said = json.dumps({"type": "auth", "token": minted.secret.reveal()})
        await wire.send_all(frame(1, said.encode()) + frame(8, b"\x03\xe8"))
        await hear_close(wire)
        await wait_all_tasks_blocked()

    lines = [str(vars(record)) for record in caplog.records]
    ours = [line for line in lines if "'name': 'rdvd.streams'" in line]
    assert len(ours) == 4
    assert not [
        line for line in lines for secret in (ticket, minted.secret.reveal()) if secret in line
    ]
