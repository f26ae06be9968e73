"""What git status does not tell of, and what would be lost with a worktree all the same."""

import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import trio

from .opened import Opened

UNPLAIN = re.compile(rb'[\x00-\x1f\x7f"\\]')
NOT_KEPT, LINK = "0", "120000"


async def hidden(opened: Opened, flagged: Sequence[tuple[str, str, str]]) -> tuple[str, ...]:
    """What git was told to take for unchanged, and is not: paths with mode and object."""
    modes = await modes_of(opened.top, [path for path, _, _ in flagged])
    there = {path: mode for path, mode in modes.items() if mode != NOT_KEPT}
    objects = await objects_of(opened, there, writes=False)
    return tuple(
        path
        for path, mode, known in flagged
        if path in there and (there[path], objects[path]) != (mode, known)
    )


def filled(top: Path, modules: Sequence[str]) -> tuple[str, ...]:
    """Of the places of submodules those in which there is anything; git never looks into one."""
    return tuple(each for each in modules if not _is_bare_place(top / each))


def _is_bare_place(path: Path) -> bool:
    if path.is_symlink() or not path.is_dir():
        return not os.path.lexists(path)
    return next(path.iterdir(), None) is None


def repositories(top: Path, whole: Sequence[str]) -> tuple[str, ...]:
    """Directories with a repository of their own, whatever git thinks of it. `whole`: names of
    things that are taken for one, and so are not looked into."""
    there = {each for each in whole if each.endswith("/") and os.path.lexists(top / each / ".git")}
    return tuple(
        sorted(there | set(_repositories_below(top, {each.rstrip("/") for each in whole})))
    )


def _repositories_below(top: Path, whole: set[str]) -> Iterator[str]:
    for place, directories, files in os.walk(top):
        here = os.path.relpath(place, top)
        names = {name: os.path.normpath(f"{here}/{name}") for name in directories}
        if here != "." and ".git" in (*directories, *files):
            yield f"{here}/"
        directories[:] = [
            name for name, path in names.items() if name != ".git" and path not in whole
        ]


async def modes_of(top: Path, paths: Sequence[str]) -> Mapping[str, str]:
    """As git writes them; NOT_KEPT for what is none of its, or not there."""
    return await trio.to_thread.run_sync(lambda: {each: _mode_of(top / each) for each in paths})


def _mode_of(path: Path) -> str:
    try:
        mode = path.lstat().st_mode
    except OSError:
        return NOT_KEPT
    if os.path.realpath(path.parent) != str(path.parent):
        return NOT_KEPT  # a link stands above it, so it is another file
    if stat.S_ISLNK(mode):
        return LINK
    if not stat.S_ISREG(mode):
        return NOT_KEPT
    return "100755" if mode & 0o100 else "100644"


async def objects_of(opened: Opened, modes: Mapping[str, str], *, writes: bool) -> dict[str, str]:
    """The objects that these would be, byte by byte: no filter is asked."""
    words = ("hash-object", "--no-filters", *(("-w",) if writes else ()))
    files = [path for path, mode in modes.items() if mode not in (NOT_KEPT, LINK)]
    names = b"".join(map(_quoted, files))
    told = await opened.git.lines(opened.top, *words, "--stdin-paths", stdin=names) if files else []
    objects = dict(zip(files, told, strict=True))
    for path in (path for path, mode in modes.items() if mode == LINK):
        target = os.fsencode((opened.top / path).readlink())
        objects[path] = (await opened.git.lines(opened.top, *words, "--stdin", stdin=target))[0]
    return objects


def _quoted(path: str) -> bytes:
    """As git reads a name that may hold anything, a line end too; with the line's own end."""
    plain = UNPLAIN.sub(lambda found: b"\\%03o" % ord(found[0]), os.fsencode(path))
    return b'"' + plain + b'"\n'
