"""Our frames against wsproto's, which knows nothing of ours."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto import events as ws
from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.frame_protocol import XorMaskerSimple

from rdvd.streams.frames import (
    PROTOCOL_ERROR,
    TOO_LARGE,
    BrokenFrame,
    Goodbye,
    Inbox,
    Opcode,
    Ping,
    Said,
    write_frame,
    write_goodbye,
    write_message,
)

MOST = 100_000
Part = str | bytes | bytearray
SIZES = st.sampled_from([0, 1, 4, 125, 126, 127, 65_535, 65_536])
BYTES = st.one_of(st.binary(max_size=300), SIZES.map(bytes))
TEXTS = st.one_of(st.text(max_size=100), SIZES.map(lambda size: "x" * size))
MASKS = st.binary(min_size=4, max_size=4)


def client_frame(
    first: int, payload: bytes, mask: bytes, *, masked: bool = True, way: int = 0
) -> bytes:
    """`way`: how its size is written, 0 as short as it can be, else 126 or 127."""
    size = len(payload)
    way = way or (127 if size >= 1 << 16 else 126 if size > 125 else size)
    long = {126: 2, 127: 8}.get(way, 0)
    written = (size % 256 ** (long or 8)).to_bytes(8, "big")[8 - long :]
    head = bytes((first, way | (0x80 if masked else 0))) + written
    if not masked:
        return head + payload
    return head + mask + bytes(XorMaskerSimple(mask).process(bytearray(payload)))


def goodbye_of(code: int, reason: bytes, mask: bytes) -> bytes:
    return client_frame(0x88, code.to_bytes(2, "big") + reason, mask)


WELL_MADE = st.one_of(
    st.builds(client_frame, st.just(0x82), BYTES, MASKS),
    st.builds(client_frame, st.just(0x81), TEXTS.map(str.encode), MASKS),
    st.builds(client_frame, st.sampled_from([0x89, 0x8A]), st.binary(max_size=125), MASKS),
)
LIKE_FRAMES = st.builds(
    client_frame,
    st.one_of(st.sampled_from([0x01, 0x02, 0x00, 0x80, 0x81, 0x82, 0x88]), st.integers(0, 255)),
    st.binary(max_size=140),
    MASKS,
    masked=st.sampled_from([True, True, True, False]),
    way=st.sampled_from([0, 0, 0, 126, 127]),
)
CODES = st.one_of(st.integers(0, 5100), st.sampled_from([1000, 1001, 3000, 4999])).filter(
    lambda code: code != 1014  # registered since; that library does not know it yet
)
GOODBYES = st.builds(goodbye_of, CODES, st.binary(max_size=20), MASKS)


def pieces_of(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    at = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[start:end] for start, end in pairwise(at)]


def ours(pieces: Sequence[bytes], most: int = MOST) -> tuple[list[Said], int | None]:
    """What it said, and the code of what broke the rules, if something did."""
    inbox, heard = Inbox(most), list[Said]()
    try:
        for piece in pieces:
            said = inbox.hear(piece)
            while said is not None:
                heard.append(said)
                if isinstance(said, Goodbye):
                    return heard, None
                said = inbox.next()
    except BrokenFrame as broken:
        return heard, broken.code
    return heard, None


def theirs(data: bytes) -> tuple[list[Said], int | None]:
    connection, heard = Connection(ConnectionType.SERVER), list[Said]()
    begun: list[Part] = []
    connection.receive_data(data)
    for event in connection.events():
        match event:
            case ws.TextMessage() | ws.BytesMessage():
                begun.append(event.data)
                if event.message_finished:
                    heard.append(joined(begun))
                    begun.clear()
            case ws.Ping(payload=payload):
                heard.append(Ping(bytes(payload)))
            case ws.CloseConnection(code=code):
                if connection.state is ConnectionState.OPEN:  # it broke the rules
                    return heard, int(code)
                heard.append(Goodbye(None if code == 1005 else int(code)))
            case _:
                pass
    return heard, None


def joined(parts: Sequence[Part]) -> str | bytes:
    """They are all of one kind."""
    texts = [part for part in parts if isinstance(part, str)]
    return "".join(texts) if texts else b"".join(p for p in parts if not isinstance(p, str))


@given(st.lists(WELL_MADE, max_size=8), st.lists(st.integers(0, 1 << 20), max_size=8))
def test_in_whatever_pieces_they_come_the_same_is_said(frames: list[bytes], cuts: list[int]):
    data = b"".join(frames)

    assert ours(pieces_of(data, cuts)) == theirs(data)


@given(
    st.lists(st.one_of(LIKE_FRAMES, WELL_MADE, GOODBYES, st.binary(max_size=20)), max_size=8),
    st.lists(st.integers(0, 1 << 20), max_size=8),
)
def test_nobody_else_hears_anything_in_what_we_refuse_nor_refuses_what_we_hear(
    frames: list[bytes], cuts: list[int]
):
    """It reads a text before the end of its frame, and so may find it broken earlier."""
    data = b"".join(frames)
    heard, code = ours(pieces_of(data, cuts))
    expected, expected_code = theirs(data)

    if code == TOO_LARGE:
        assert heard == expected[: len(heard)]
    elif expected_code == 1007 and code != 1007:
        assert heard == expected
    else:
        assert (heard, code) == (expected, expected_code)


@given(st.one_of(BYTES, TEXTS))
def test_what_we_write_is_what_the_other_side_reads(message: str | bytes):
    client = Connection(ConnectionType.CLIENT)
    client.receive_data(write_message(message))
    parts: list[Part] = []
    for event in client.events():
        assert isinstance(event, ws.TextMessage | ws.BytesMessage)
        parts.append(event.data)

    assert joined(parts) == message


@given(st.binary(max_size=125), st.sampled_from([1000, 1001, 1012, 4401]), st.text(max_size=30))
def test_so_are_pongs_and_goodbyes(payload: bytes, code: int, reason: str):
    client = Connection(ConnectionType.CLIENT)
    client.receive_data(write_frame(Opcode.PONG, payload) + write_goodbye(code, reason))
    pong, goodbye = client.events()

    assert pong == ws.Pong(payload)
    assert isinstance(goodbye, ws.CloseConnection)
    assert (goodbye.code, goodbye.reason or "") == (code, reason)


@given(st.lists(st.binary(max_size=30), min_size=1, max_size=10), MASKS, st.integers(0, 150))
def test_a_message_is_too_large_as_soon_as_the_head_of_a_piece_says_so(
    parts: list[bytes], mask: bytes, most: int
):
    firsts = [0x02 if number == 0 else 0x00 for number in range(len(parts))]
    firsts[-1] |= 0x80
    frames = [client_frame(*each, mask) for each in zip(firsts, parts, strict=True)]
    heard, code = ours([b"".join(frames)], most)

    if sum(map(len, parts)) > most:
        assert (heard, code) == ([], TOO_LARGE)
    else:
        assert (heard, code) == ([b"".join(parts)], None)


@pytest.mark.parametrize("size", [0, 1, 5, 125, 126, 70_000])
def test_whoever_sends_one_byte_after_the_other_is_understood(size: int):
    data = client_frame(0x82, bytes(range(256)) * 300, b"\1\2\3\4")[: 14 + 76_800]
    small = client_frame(0x82, bytes(size), b"abcd")

    assert ours([bytes([byte]) for byte in small]) == ([bytes(size)], None)
    assert ours([data]) == ([bytes(range(256)) * 300], None)


def test_a_goodbye_without_a_code_is_one():
    assert ours([client_frame(0x88, b"", b"abcd")]) == ([Goodbye(None)], None)
    assert ours([client_frame(0x88, b"\3", b"abcd")]) == ([], PROTOCOL_ERROR)
    assert ours([client_frame(0x88, b"\x03\xf6", b"abcd")]) == ([Goodbye(1014)], None)
