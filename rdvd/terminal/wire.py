"""Messages to frames and back, in both of the ways in which a viewer may speak. Pure.

Plain: everything is JSON text; bytes that are no UTF-8 are shown as U+FFFD.
`rdv.v1`: output and input are binary frames, so that every byte survives; the rest is JSON text.
"""

import codecs
import struct
from contextlib import suppress
from typing import Any, Literal, Protocol

import msgspec

from rdvd.ground.errors import BadInput
from rdvd.ground.json import decode, encode

from .types import FromViewer, Input, ToViewer

BINARY_PROTOCOL = "rdv.v1"
OUTPUT_HEAD = struct.Struct(">BQ")  # what follows, and the position of its first byte
OUTPUT_KIND = 0
ANY_OF_THEM: Any = FromViewer  # a union is no class, but may be decoded like one


class Wire(Protocol):
    def output(self, data: bytes, seq: int) -> str | bytes | None:
        """The frame; None while the bytes are only the beginning of a character."""
        ...

    def read(self, message: str | bytes) -> FromViewer | bytes:
        """What the viewer said; bytes are keys. `BadInput` if it makes no sense."""
        ...


def wire_for(protocol: str | None) -> Wire:
    return BinaryWire() if protocol == BINARY_PROTOCOL else TextWire()


def write(message: ToViewer) -> str:
    return encode(message).decode()


class TextWire:
    """Keeps the beginning of a character until the rest of it comes."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def output(self, data: bytes, seq: int) -> str | None:
        held = len(self._decoder.getstate()[0])
        text = self._decoder.decode(data)
        if not text:
            return None
        return _ENCODER.encode({"type": "output", "data": text, "seq": seq - held}).decode()

    def read(self, message: str | bytes) -> FromViewer | bytes:
        if isinstance(message, bytes):
            raise BadInput(f"binary messages are for the subprotocol {BINARY_PROTOCOL}")
        return _read_text(message)


class BinaryWire:
    def output(self, data: bytes, seq: int) -> bytes:
        return OUTPUT_HEAD.pack(OUTPUT_KIND, seq) + data

    def read(self, message: str | bytes) -> FromViewer | bytes:
        return message if isinstance(message, bytes) else _read_text(message)


class _Keys(msgspec.Struct, forbid_unknown_fields=True):
    """`Input` once more: decoded in a fifth of the time, for these are what people wait for."""

    type: Literal["input"]
    data: str


_ENCODER, _KEYS = msgspec.json.Encoder(), msgspec.json.Decoder(_Keys)


def _read_text(message: str) -> FromViewer | bytes:
    with suppress(msgspec.MsgspecError):
        return _KEYS.decode(message).data.encode()
    said: FromViewer = decode(message.encode(), ANY_OF_THEM)
    return said.data.encode() if isinstance(said, Input) else said
