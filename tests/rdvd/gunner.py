"""Sends many requests over few connections, several at once, and reads what comes back."""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import trio
from attrs import define, field

CONNECTIONS = 4
AT_ONCE = 10
A_HANG = 20.0
LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
GOODBYE = re.compile(rb"\r\nconnection: close\r\n", re.IGNORECASE)
OUR_FAULTS = (500, 502, 503, 504)


@define
class Gunner:
    """Asks `next_request` until there were so many answers, or until the time is up."""

    socket: Path
    next_request: Callable[[], bytes]
    statuses: Counter[int] = field(factory=Counter[int])
    answers: list[bytes] = field(factory=list[bytes])  # the good ones to POST, for their ids

    async def fire(self, goal: int, until: float) -> None:
        async with trio.open_nursery() as nursery:
            for _ in range(CONNECTIONS):
                nursery.start_soon(self._fire, goal, until)

    async def _fire(self, goal: int, until: float) -> None:
        def goes_on() -> bool:
            return self.statuses.total() < goal and trio.current_time() < until

        while goes_on():
            async with await trio.open_unix_socket(str(self.socket)) as stream:
                while goes_on():
                    with trio.fail_after(A_HANG):
                        if not await self._volley(stream):
                            break

    async def _volley(self, stream: trio.SocketStream) -> bool:
        """Whether the connection can be used again. What follows a goodbye is not answered."""
        sent = [self.next_request() for _ in range(AT_ONCE)]
        incoming = bytearray()
        try:
            await stream.send_all(b"".join(sent))
            for request in sent:
                if not await self._read_answer(stream, request, incoming):
                    return False
        except trio.BrokenResourceError:
            return False
        return True

    async def _read_answer(
        self, stream: trio.SocketStream, request: bytes, incoming: bytearray
    ) -> bool:
        while (end := incoming.find(b"\r\n\r\n")) < 0:
            if not await _read_more(stream, incoming):
                return False
        head = bytes(incoming[: end + 2])
        del incoming[: end + 4]
        status, length = int(head.split(b" ", 2)[1]), LENGTH.search(head)
        if status == 100:
            return await self._read_answer(stream, request, incoming)
        size = 0 if request.startswith(b"HEAD ") or length is None else int(length[1])
        while len(incoming) < size:
            assert await _read_more(stream, incoming), (request, head, incoming)
        body = bytes(incoming[:size])
        del incoming[:size]
        assert status not in OUR_FAULTS, (request, head, body)
        self.statuses[status] += 1
        if status == 201:
            self.answers.append(body)
        return GOODBYE.search(head) is None


async def _read_more(stream: trio.SocketStream, incoming: bytearray) -> bool:
    part = await stream.receive_some(65_536)
    incoming += part
    return bool(part)
