"""Frames of WebSockets as a server reads and writes them, RFC 6455, sections 5 to 7. Pure.

Written by hand because a key on its way to a terminal waits for it: read and answered in a tenth
of the time that a general library takes, which `tests/streams/test_frames.py` holds it against.
"""

from enum import IntEnum
from typing import TypeAlias

from attrs import define, field, frozen

PROTOCOL_ERROR, NOT_UTF8, TOO_LARGE = 1002, 1007, 1009
FIN, RESERVED, MASKED = 0x80, 0x70, 0x80
LARGEST_CONTROL = 125
SMALLEST = {126: 126, 127: 1 << 16}  # what needs the longer ways of writing a size
OWN_CODES, PROTOCOL_CODES = range(3000, 5000), {1000, 1001, 1002, 1003, *range(1007, 1015)}


class Opcode(IntEnum):
    MORE, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


@frozen
class Ping:
    payload: bytes


@frozen
class Goodbye:
    """None: it came without a code."""

    code: int | None


Said: TypeAlias = str | bytes | Ping | Goodbye


class BrokenFrame(Exception):
    """The client breaks the rules; the stream ends with this code."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(why)
        self.code = code


@frozen
class Head:
    opcode: Opcode
    is_last: bool
    start: int  # of the payload, behind its mask
    size: int


def write_frame(opcode: Opcode, payload: bytes) -> bytes:
    """One whole message, or a control frame."""
    size = len(payload)
    if size < 126:
        return bytes((FIN | opcode, size)) + payload
    if size < 1 << 16:
        return bytes((FIN | opcode, 126)) + size.to_bytes(2, "big") + payload
    return bytes((FIN | opcode, 127)) + size.to_bytes(8, "big") + payload


def write_message(message: str | bytes) -> bytes:
    if isinstance(message, str):
        return write_frame(Opcode.TEXT, message.encode())
    return write_frame(Opcode.BINARY, message)


def write_goodbye(code: int | None, reason: str = "") -> bytes:
    payload = b"" if code is None else code.to_bytes(2, "big") + reason.encode()
    return write_frame(Opcode.CLOSE, payload)


@define
class Inbox:
    """What a client says, in pieces of any size. A message has at most `most` bytes.

    Bytes that wait for the rest of their frame are looked at once when they come, and once more
    when it is whole; empty pieces of a message that does not end are not kept.
    """

    most: int
    _unread: bytearray = field(factory=bytearray, init=False)
    _begun: bytearray = field(factory=bytearray, init=False)  # of a message in several frames
    _kind: Opcode | None = field(default=None, init=False)  # of that message
    _head: Head | None = field(default=None, init=False)

    @property
    def is_empty(self) -> bool:
        return not self._unread

    def hear(self, data: bytes) -> Said | None:
        """What has come, and the first thing that it said; `next` gives the others."""
        if not self._unread and self._kind is None and len(data) <= self.most:
            said = _short_message(data)
            if said is not None:
                return said
        self._unread += data
        return self.next()

    def next(self) -> Said | None:
        """The next thing it said; None until more has come. `BrokenFrame` is its last word."""
        while (frame := self._frame()) is not None:
            is_control = frame[0].opcode & 8
            if (said := _control(*frame) if is_control else self._piece(*frame)) is not None:
                return said
        return None

    def _frame(self) -> tuple[Head, bytes] | None:
        head = self._head or self._read_head()
        if head is None:
            return None
        end = head.start + head.size
        if len(self._unread) < end:
            self._head = head  # known to be good: the payload alone is missing
            return None
        payload = _unmask(self._unread[head.start - 4 : head.start], self._unread[head.start : end])
        del self._unread[:end]
        self._head = None
        return head, payload

    def _read_head(self) -> Head | None:
        """None until all of it is there. What two bytes show to be wrong is refused on sight."""
        unread = self._unread
        if len(unread) < 2:
            return None
        first, size = unread[0], unread[1] & 0x7F
        opcode = _opcode(first, unread[1])
        start = 2
        if size > LARGEST_CONTROL:
            start = 4 if size == 126 else 10
            if len(unread) < start:
                return None
            size = _long_size(size, int.from_bytes(unread[2:start], "big"))
        if not opcode & 8:
            self._check_piece(opcode, size)
        if len(unread) < start + 4:
            return None
        return Head(opcode, first >= FIN, start + 4, size)

    def _check_piece(self, opcode: Opcode, size: int) -> None:
        if (opcode is Opcode.MORE) is (self._kind is None):
            raise BrokenFrame(PROTOCOL_ERROR, "a message begins inside another, or goes on as none")
        if len(self._begun) + size > self.most:
            raise BrokenFrame(TOO_LARGE, f"a message has at most {self.most} bytes")

    def _piece(self, head: Head, payload: bytes) -> str | bytes | None:
        kind = self._kind or head.opcode
        if not head.is_last:
            self._kind = kind
            self._begun += payload
            return None
        if self._kind is not None:
            payload = bytes(self._begun) + payload
            self._kind, self._begun = None, bytearray()
        return payload if kind is Opcode.BINARY else _text(payload)


_OPCODES = {int(each): each for each in Opcode}


def _opcode(first: int, second: int) -> Opcode:
    opcode = _OPCODES.get(first & 0x0F)
    if opcode is None or first & RESERVED:
        raise BrokenFrame(PROTOCOL_ERROR, "no extension was agreed to, and there is no such frame")
    if second < MASKED:
        raise BrokenFrame(PROTOCOL_ERROR, "what a client sends is masked")
    if opcode & 8 and (first < FIN or second & 0x7F > LARGEST_CONTROL):
        raise BrokenFrame(PROTOCOL_ERROR, "a control frame is whole and has at most 125 bytes")
    return opcode


def _long_size(way: int, size: int) -> int:
    if size < SMALLEST[way] or size >> 63:
        raise BrokenFrame(PROTOCOL_ERROR, "a size is written as short as it can be, in 63 bits")
    return size


def _short_message(data: bytes) -> str | bytes | None:
    """A message that came alone, a key: in a third of the time that the rest would take."""
    size = len(data) - 6
    if not 0 < size < 126 or data[1] != MASKED | size:
        return None
    if data[0] == FIN | Opcode.BINARY:
        return _unmask(data[2:6], data[6:])
    return _text(_unmask(data[2:6], data[6:])) if data[0] == FIN | Opcode.TEXT else None


def _unmask(mask: bytes | bytearray, payload: bytes | bytearray) -> bytes:
    """As one large number each: the fastest way there is without compiled code."""
    size = len(payload)
    if size == 1:  # a key
        return bytes((payload[0] ^ mask[0],))
    repeated = (bytes(mask) * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(size, "big")


def _text(payload: bytes) -> str:
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise BrokenFrame(NOT_UTF8, "a text is UTF-8") from None


def _control(head: Head, payload: bytes) -> Ping | Goodbye | None:
    if head.opcode is Opcode.PING:
        return Ping(payload)
    return _goodbye(payload) if head.opcode is Opcode.CLOSE else None


def _goodbye(payload: bytes) -> Goodbye:
    if not payload:
        return Goodbye(None)
    code = int.from_bytes(payload[:2], "big")
    if len(payload) == 1 or not (code in PROTOCOL_CODES or code in OWN_CODES):
        raise BrokenFrame(PROTOCOL_ERROR, "no client says goodbye with such a code")
    _text(payload[2:])
    return Goodbye(code)
