"""Frames: no byte is lost, no character is cut in two, nonsense has a reason."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdvd.ground.errors import BadInput
from rdvd.terminal.types import Ack, Exit, Focus, Ping, Resize
from rdvd.terminal.wire import OUTPUT_HEAD, BinaryWire, TextWire, wire_for, write

CHUNKS = st.lists(st.binary(min_size=1, max_size=12))


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[a:b] for a, b in pairwise(edges) if a < b]


@given(st.text(), st.lists(st.integers(0, 10_000)))
def test_text_cut_anywhere_arrives_whole_with_the_position_of_each_part(
    text: str, places: list[int]
) -> None:
    wire, seq, shown = TextWire(), 0, ""
    for piece in cut(text.encode(), places):
        frame = wire.output(piece, seq)
        seq += len(piece)
        if frame is not None:
            said: dict[str, Any] = json.loads(frame)
            assert said["seq"] == len(shown.encode())
            shown += said["data"]
    assert shown == text


def test_bytes_that_are_no_text_are_shown_as_such_in_plain_mode() -> None:
    frame = TextWire().output(b"a\xffb", 0)
    assert frame is not None
    assert json.loads(frame) == {"type": "output", "data": "a\ufffdb", "seq": 0}


@given(CHUNKS)
def test_in_binary_mode_every_byte_survives_with_its_position(chunks: list[bytes]) -> None:
    wire, seq, taken = BinaryWire(), 0, b""
    for chunk in chunks:
        kind, at = OUTPUT_HEAD.unpack_from(frame := wire.output(chunk, seq))
        assert (kind, at) == (0, len(taken))
        taken += frame[OUTPUT_HEAD.size :]
        seq += len(chunk)
    assert taken == b"".join(chunks)


@given(st.binary())
def test_binary_messages_are_keys_in_binary_mode_and_refused_in_plain_mode(keys: bytes) -> None:
    assert BinaryWire().read(keys) == keys
    with pytest.raises(BadInput, match=r"rdv\.v1"):
        TextWire().read(keys)


@given(st.text())
def test_typed_text_becomes_its_bytes_in_both_modes(text: str) -> None:
    message = json.dumps({"type": "input", "data": text})
    for wire in (TextWire(), BinaryWire()):
        assert wire.read(message) == text.encode()


@pytest.mark.parametrize(
    ("message", "meaning"),
    [
        ('{"type": "resize", "cols": 80, "rows": 24}', Resize(80, 24)),
        ('{"type": "ping"}', Ping()),
        ('{"type": "focus"}', Focus()),
        ('{"type": "focus", "force": true}', Focus(force=True)),
        ('{"type": "ack", "seq": 12}', Ack(12)),
    ],
)
def test_each_message_is_understood(message: str, meaning: object) -> None:
    assert wire_for(None).read(message) == meaning
    assert wire_for("rdv.v1").read(message) == meaning


@pytest.mark.parametrize(
    ("message", "names"),
    [
        ("", "truncated"),
        ("[]", r"\$"),
        ("7", r"\$"),
        ('{"type": "detach"}', "detach"),
        ('{"type": "resize", "cols": 0, "rows": 24}', "cols"),
        ('{"type": "resize", "cols": 80, "rows": 100000}', "rows"),
        ('{"type": "resize", "cols": "80", "rows": 24}', "cols"),
        ('{"type": "ack", "seq": -1}', "seq"),
        ('{"type": "input", "data": "x", "more": 1}', "more"),
        ('{"data": "x"}', "type"),
    ],
)
def test_nonsense_is_refused_by_name(message: str, names: str) -> None:
    with pytest.raises(BadInput, match=names):
        TextWire().read(message)


def test_an_exit_tells_code_and_signal() -> None:
    assert json.loads(write(Exit(None, 9))) == {"type": "exit", "code": None, "signal": 9}
