"""What git writes for programs, as values. Pure: bytes in, and whatever is odd is a ValueError."""

import os
import re
from collections.abc import Iterator

from .types import Entry, FileChange, Status

AHEAD_BEHIND = re.compile(rb"\+(\d+) -(\d+)")
INITIAL = b"(initial)"
DETACHED = b"(detached)"


def parse_status(output: bytes) -> Status:
    """See git-status(1), `--porcelain=v2 --branch -z`, without renames."""
    headers: dict[bytes, bytes] = {}
    changed: list[Entry] = []
    untracked: list[str] = []
    ignored: list[str] = []
    for line in _pieces(output):
        match line[:1]:
            case b"#":
                name, _, value = line[2:].partition(b" ")
                headers[name] = value
            case b"1" | b"u":
                changed.append(_entry(line))
            case b"?":
                untracked.append(os.fsdecode(line[2:]))
            case b"!":
                ignored.append(os.fsdecode(line[2:]))
            case other:
                raise ValueError(f"git status: a line begins with {other!r}")
    return _with_branch(headers, changed, untracked, ignored)


def _with_branch(
    headers: dict[bytes, bytes], changed: list[Entry], untracked: list[str], ignored: list[str]
) -> Status:
    head, branch = headers[b"branch.oid"], headers[b"branch.head"]
    distance = AHEAD_BEHIND.fullmatch(headers.get(b"branch.ab", b""))
    upstream = headers.get(b"branch.upstream")
    return Status(
        head=None if head == INITIAL else head.decode(),
        branch=None if branch == DETACHED else os.fsdecode(branch),
        upstream=None if upstream is None else os.fsdecode(upstream),
        ahead=int(distance[1]) if distance else None,
        behind=int(distance[2]) if distance else None,
        changed=tuple(changed),
        untracked=tuple(untracked),
        ignored=tuple(ignored),
    )


def _entry(line: bytes) -> Entry:
    """`1 XY sub mH mI mW hH hI path`, or `u XY sub m1 m2 m3 mW h1 h2 h3 path`."""
    fields, at = (9, 5) if line[:1] == b"1" else (11, 6)
    parts = line.split(b" ", fields - 1)
    index, tree = parts[1].decode()
    return Entry(
        path=os.fsdecode(parts[-1]),
        index=index,
        tree=tree,
        mode=parts[at].decode(),
        is_submodule=parts[2][:1] == b"S",
    )


def parse_numstat(output: bytes) -> Iterator[FileChange]:
    """See git-diff(1), `--numstat -z` without renames; `-` stands for what has no lines."""
    for line in _pieces(output):
        added, removed, path = line.split(b"\t", 2)
        yield FileChange(os.fsdecode(path), _lines(added), _lines(removed))


def parse_index(output: bytes) -> tuple[list[tuple[str, str, str]], list[str]]:
    """Of `git ls-files -v -s -z`: what git was told not to look at, with mode and object; and where
    submodules are. A line is `H 100644 <object> <stage>\t<path>`."""
    flagged: list[tuple[str, str, str]] = []
    modules: list[str] = []
    for line in _pieces(output):
        facts, _, path = line.partition(b"\t")
        tag, mode, oid, _ = facts.split(b" ")
        if mode == b"160000":
            modules.append(os.fsdecode(path))
        elif tag.islower() or tag == b"S":
            flagged.append((os.fsdecode(path), mode.decode(), oid.decode()))
    return flagged, modules


def parse_config_keys(output: bytes) -> Iterator[str]:
    """Of `git config --list -z`: each entry is a key, and perhaps a line end and a value."""
    for entry in _pieces(output):
        yield entry.partition(b"\n")[0].decode("utf-8", "surrogateescape")


def _lines(text: bytes) -> int | None:
    return None if text == b"-" else int(text)


def _pieces(output: bytes) -> Iterator[bytes]:
    return (piece for piece in output.split(b"\0") if piece)
