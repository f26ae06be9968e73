"""Files with a project's secrets and local settings, which git does not carry: for a thread."""

import os
import shutil
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from attrs import frozen

from rdvd.ground.errors import StorageFull, is_full

STEP = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL
LARGEST = 16 * 1024 * 1024


@frozen
class Copied:
    names: tuple[str, ...]
    notes: tuple[str, ...] = ()


def copy_files(source: Path, target: Path, names: Sequence[str]) -> Copied:
    """Those that are there, into a tree that has none of that name.

    No symbolic link is followed, neither out of the one tree nor out of the other: each part of
    a name is opened as what it is.
    """
    copied: list[str] = []
    notes: list[str] = []
    for name in names:
        if not is_inside(name):
            notes.append(f"{name} was not copied: it is no name inside a worktree")
            continue
        try:
            why = _copy_one(source, target, PurePosixPath(name))
        except OSError as error:
            if is_full(error):
                raise StorageFull(f"{name} cannot be copied: the disk is full") from error
            raise
        if why is None:
            copied.append(name)
        elif why:
            notes.append(f"{name} was not copied: {why}")
    return Copied(tuple(copied), tuple(notes))


def unchanged_copies(source: Path | None, target: Path, names: Sequence[str]) -> frozenset[str]:
    """Those that are in both, each a file of the same bytes."""
    if source is None:
        return frozenset()
    mine = {name: content for name in names if (content := _content(target, name)) is not None}
    return frozenset(name for name, content in mine.items() if content == _content(source, name))


def _content(top: Path, name: str) -> bytes | None:
    """None: it is no file that would be copied."""
    if not is_inside(name):
        return None
    try:
        reading = _open_below(top, PurePosixPath(name), os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(reading, "rb") as file:
        found = os.fstat(reading)
        is_one = stat.S_ISREG(found.st_mode) and found.st_size <= LARGEST
        return file.read(LARGEST) if is_one else None


def is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    parts = path.parts
    return bool(parts) and not path.is_absolute() and ".." not in parts and parts[0] != ".git"


def _copy_one(source: Path, target: Path, name: PurePosixPath) -> str | None:
    """None: it was copied; "": there is nothing to copy; else why it was not."""
    try:
        reading = _open_below(source, name, os.O_RDONLY | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        return f"it is a link, or cannot be read ({error.strerror})"
    with os.fdopen(reading, "rb") as content:
        found = os.fstat(reading)
        if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST:
            return f"it is no file of at most {LARGEST} bytes"
        try:
            mode = stat.S_IMODE(found.st_mode) & 0o700
            writing = _open_below(target, name, NEW, mode, makes=True)
        except FileExistsError:
            return ""  # the branch has one of its own
        except OSError as error:
            if is_full(error):
                raise
            return error.strerror or str(error)
        with os.fdopen(writing, "wb") as copy:
            shutil.copyfileobj(content, copy)
    return None


def _open_below(
    top: Path, name: PurePosixPath, flags: int, mode: int = 0o600, *, makes: bool = False
) -> int:
    """`makes`: directories on the way that are missing. One that is a link is refused."""
    directory = os.open(top, STEP & ~os.O_NOFOLLOW)
    try:
        for part in name.parts[:-1]:
            if makes:
                with suppress(FileExistsError):
                    os.mkdir(part, dir_fd=directory)
            inner = os.open(part, STEP, dir_fd=directory)
            os.close(directory)
            directory = inner
        safely = flags | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.open(name.parts[-1], safely, mode, dir_fd=directory)
    finally:
        os.close(directory)
