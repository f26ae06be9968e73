"""From any path to the repository that it is in: by reading files, and running nothing."""

import os
import stat
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from .names import shortened
from .problems import NoRepository
from .types import Found

LARGEST_POINTER = 8_192
LARGEST_CONFIG = 16 * 1_048_576


def find_repository(path: str) -> Found:
    """As git does it: the nearest directory upwards that is one, or has one as `.git`."""
    start = real_path(path)
    for place in (start, *start.parents):
        found = _look_at(place)
        if found is not None:
            return found
    raise NoRepository(f"{shortened(path)}: neither this nor any directory above is a repository")


def real_path(path: str) -> Path:
    """Without symbolic links, so that one place has one name."""
    if not path.startswith("/") or "\0" in path:
        raise NoRepository(f"{shortened(path)!r}: an absolute path is needed")
    try:
        return Path(path).resolve(strict=True)
    except (OSError, RuntimeError, UnicodeEncodeError) as error:
        why = getattr(error, "strerror", None) or "it cannot be a path"
        raise NoRepository(f"{shortened(path)}: {why}") from error


def is_missing(path: str) -> bool:
    """What may not be looked at, or cannot be a path, is left to `real_path`, which says why."""
    try:
        Path(path).stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return True
    except OSError:
        return False
    return False


def _look_at(place: Path) -> Found | None:
    dot_git = place / ".git"
    if dot_git.is_file():
        git_dir = follow(dot_git)
        if git_dir is None or not _is_git_dir(git_dir):
            raise NoRepository(f"{shortened(str(dot_git))} leads to no repository")
        return Found(common_of(git_dir), git_dir, place)
    if _is_git_dir(dot_git):
        git_dir = dot_git.resolve()
        return Found(common_of(git_dir), git_dir, place)
    if _is_git_dir(place):
        return Found(common_of(place), place, None)
    return None


def follow(dot_git: Path) -> Path | None:
    """Where a `.git` file leads, as the trees of worktrees and submodules have one."""
    text = read_pointer(dot_git)
    if text is None or not text.startswith("gitdir: "):
        return None
    return Path(os.path.normpath(dot_git.parent / text.removeprefix("gitdir: "))).resolve()


def common_of(git_dir: Path) -> Path:
    text = read_pointer(git_dir / "commondir")
    return git_dir if text is None else Path(git_dir, text).resolve()


def _is_git_dir(place: Path) -> bool:
    try:
        if not (place / "HEAD").is_symlink() and not (place / "HEAD").is_file():
            return False
        if (place / "commondir").is_file():
            return True
        return (place / "objects").is_dir() and (place / "refs").is_dir()
    except OSError:
        return False


def read_pointer(file: Path | str) -> str | None:
    """The one line of a small file; None if there is none."""
    content = read_small(file, LARGEST_POINTER)
    return None if content is None else os.fsdecode(content.rstrip(b"\n"))


def read_small(file: Path | str, most: int) -> bytes | None:
    """A regular file, or nothing: a pipe in its place must not make us wait for its other end."""
    with _opened(file) as descriptor:
        if descriptor is None:
            return None
        return os.read(descriptor, min(most, os.fstat(descriptor).st_size))


def pieces_of(file: Path | str, size: int) -> Iterator[bytes]:
    """All of a regular file; of anything else nothing."""
    with _opened(file) as descriptor:
        while descriptor is not None and (piece := os.read(descriptor, size)):
            yield piece


@contextmanager
def _opened(file: Path | str) -> Generator[int | None]:
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        yield None
        return
    except OSError as error:
        raise NoRepository(f"{shortened(str(file))}: {error.strerror}") from error
    try:
        yield descriptor if stat.S_ISREG(os.fstat(descriptor).st_mode) else None
    finally:
        os.close(descriptor)


def config_of(found: Found) -> str:
    """The repository's own configuration, as it is written; not what that includes."""
    files = (found.common / "config", found.git_dir / "config.worktree")
    return b"\n".join(map(read_config, files)).decode("utf-8", "surrogateescape")


def read_config(file: Path) -> bytes:
    """All of it: git would obey what we have not read."""
    content = read_small(file, LARGEST_CONFIG + 1) or b""
    if len(content) > LARGEST_CONFIG:
        raise NoRepository(f"{shortened(str(file))} has more than {LARGEST_CONFIG:,} bytes")
    return content


def foreign_parts(found: Found) -> Iterator[Path]:
    """What of it belongs to somebody else. git has a say then: `safe.directory`."""
    parts = {found.common, found.git_dir}
    if found.top is not None:
        parts |= {found.top, found.top / ".git"}
    for part in sorted(parts):
        if part.lstat().st_uid != os.geteuid():
            yield part
