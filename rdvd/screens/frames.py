"""Keyframes: frozen emulators beside a log, so that any moment is a short replay away.

Files `keyframes/<start>`, each for a span of the log, only ever appended to: a header and a frozen
emulator per frame. Whoever reads checks what it finds; what a crash cut off is overwritten.
"""

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from attrs import frozen

from rdvd.ground.private import make_directory, open_private

from .emulator import Emulator
from .freezing import BadFrame, freeze, thaw

FOLDER = "keyframes"
SPAN = 16 * 1024 * 1024  # bytes of the log for each file
HEADER = struct.Struct(">QIIQ")  # offset, length, crc32, time at which its string began


@frozen
class Frame:
    """The emulator before the byte at `offset`; `string_since` is 0 or when its string began."""

    offset: int
    emulator: Emulator
    string_since: int = 0


@frozen
class _Place:
    offset: int
    string_since: int
    file: Path
    position: int  # of the frozen emulator in the file
    length: int
    crc: int


def last_frame(directory: Path, offset: int, *, first: int = 0) -> Frame | None:
    """The newest one not behind `offset` that is sound, of those at `first` or later."""
    for file in reversed(_files(directory)):
        if int(file.name) > offset:
            continue
        for place in reversed(list(_places(file))):
            if first <= place.offset <= offset and (frame := _load(place)) is not None:
                return frame
    return None


def last_offset(directory: Path) -> int | None:
    """How far there are frames; from the headers alone."""
    for file in reversed(_files(directory)):
        for place in reversed(list(_places(file))):
            return place.offset
    return None


def add_frame(directory: Path, frame: Frame) -> int:
    """Append it; how many bytes that took. One writer at a time, and offsets only grow."""
    folder = directory / FOLDER
    make_directory(folder)
    path = folder / f"{frame.offset // SPAN * SPAN:020}"
    data = freeze(frame.emulator)
    header = HEADER.pack(frame.offset, len(data), zlib.crc32(data), frame.string_since)
    sound = _sound_length(path)
    descriptor = open_private(path, os.O_WRONLY | os.O_CREAT)
    try:
        os.ftruncate(descriptor, sound)
        os.pwrite(descriptor, header + data, sound)
    finally:
        os.close(descriptor)
    return len(header) + len(data)


def forget_frames(directory: Path, first: int) -> int:
    """Delete files all of whose frames are of bytes that are gone; how many files."""
    gone = [file for file in _files(directory) if int(file.name) + SPAN <= first]
    for file in gone:
        file.unlink(missing_ok=True)
    return len(gone)


def _files(directory: Path) -> list[Path]:
    try:
        return sorted(file for file in (directory / FOLDER).iterdir() if file.name.isdecimal())
    except FileNotFoundError:
        return []


def _places(file: Path) -> Iterator[_Place]:
    try:
        with file.open("rb", buffering=0) as opened:
            yield from _read_places(file, opened)
    except FileNotFoundError:
        return  # deleted with its part of the log


def _read_places(file: Path, opened: BinaryIO) -> Iterator[_Place]:
    size, position = os.fstat(opened.fileno()).st_size, 0
    while position + HEADER.size <= size:
        header = os.pread(opened.fileno(), HEADER.size, position)
        offset, length, crc, since = HEADER.unpack(header)
        position += HEADER.size
        if position + length > size:
            return
        yield _Place(offset, since, file, position, length, crc)
        position += length


def _sound_length(file: Path) -> int:
    return max((place.position + place.length for place in _places(file)), default=0)


def _load(place: _Place) -> Frame | None:
    try:
        with place.file.open("rb", buffering=0) as file:
            data = os.pread(file.fileno(), place.length, place.position)
    except FileNotFoundError:
        return None
    if zlib.crc32(data) != place.crc:
        return None
    try:
        return Frame(place.offset, thaw(data), place.string_since)
    except BadFrame:
        return None
