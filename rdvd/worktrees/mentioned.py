"""Which objects the files of a worktree's administration name, however long those files are."""

import re
from collections.abc import Sequence
from pathlib import Path

from .finding import pieces_of

PIECE = 1_048_576
OBJECT = re.compile(rb"(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{40})(?![0-9a-f])")
LONGEST = 66  # with what is before and after it
STATE_FILES = ("*_HEAD", "rebase-merge/*", "rebase-apply/*", "sequencer/*", "BISECT_*", "logs/HEAD")


def objects_named_in(git_dir: Path, logs: Sequence[Path]) -> list[str]:
    """HEAD and where it has been, what a merge or rebase goes by, and refs of this tree alone."""
    files = [git_dir / "HEAD", *(git_dir / "refs").rglob("*"), *logs]
    for pattern in STATE_FILES:
        files += git_dir.glob(pattern)
    found = set[bytes]().union(*(objects_in(file) for file in files if not file.is_dir()))
    return sorted(each.decode() for each in found if each.strip(b"0"))


def objects_in(file: Path) -> set[bytes]:
    """All of its names, and perhaps a part of one that is none: a name that is cut is whole in
    the next look."""
    found, rest = set[bytes](), b""
    for piece in pieces_of(file, PIECE):
        rest += piece
        found.update(OBJECT.findall(rest))
        rest = rest[-LONGEST:]
    return found
