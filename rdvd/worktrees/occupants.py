"""Who lives in a directory, by /proc: for use in a thread."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from .types import Occupant

PROC = Path("/proc")
LONGEST_COMMAND = 200


def occupants_of(top: Path, proc: Path = PROC) -> tuple[Occupant, ...]:
    """Processes with their working directory, or an open file, in there; as far as we may look."""
    inside = os.fsencode(top)
    ourselves = os.getpid()
    found: list[Occupant] = []
    for name in (each.name for each in proc.iterdir()):
        if name.isdecimal() and int(name) != ourselves:
            what = next(_ties(os.fsencode(proc / name), inside), None)
            if what is not None and not _is_our_hand(proc / name):
                found.append(Occupant(int(name), _command(proc / name), what))
    return tuple(sorted(found, key=lambda each: each.pid))


def _is_our_hand(process: Path) -> bool:
    """A git of ours, or the moment before it becomes one, in which it still is a copy of us with
    all that we have open. Whatever we have started ourselves, we end ourselves."""
    with suppress(OSError, IndexError, ValueError):
        return int((process / "stat").read_bytes().rpartition(b")")[2].split()[1]) == os.getpid()
    return not process.exists()  # it has ended while we looked


def _ties(process: bytes, inside: bytes) -> Iterator[str]:
    if _is_in(_target(process + b"/cwd"), inside):
        yield "works there"
    with suppress(OSError):
        with os.scandir(process + b"/fd") as descriptors:
            targets = [_target(each.path) for each in descriptors]
        for target in targets:
            if _is_in(target, inside):
                yield f"has {os.fsdecode(target[len(inside) + 1 :]) or 'it'} open"


def _target(link: bytes) -> bytes:
    try:
        return os.readlink(link)  # noqa: PTH115 - bytes, and thousands of them
    except OSError:
        return b""


def _is_in(path: bytes, inside: bytes) -> bool:
    return path == inside or path.startswith(inside + b"/")


def _command(process: Path) -> str:
    with suppress(OSError):
        words = (process / "cmdline").read_bytes().replace(b"\0", b" ").strip()
        return words[:LONGEST_COMMAND].decode("utf-8", "backslashreplace")
    return ""
