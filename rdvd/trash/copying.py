"""A tree onto another file system with all that is to be kept, and the proof that it is there."""

import errno
import os
import stat
from hashlib import blake2b
from typing import TypeAlias

from attrs import define, field

from .types import NotPossible
from .walking import DEEPEST, Check, names_in, opened, set_mode

CHUNK = 1024 * 1024
READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
KEPT_ATTRIBUTES = ("user.", "system.posix_acl_")  # others belong to the system
MTIME_TOLERANCE_NS = 2_000_000_000  # of file systems that know no fractions

Links: TypeAlias = dict[tuple[int, int], tuple[str, ...]]


@define
class Copier:
    """From below one directory to below another. `check` is asked often."""

    source: int
    target: int
    check: Check
    _links: Links = field(factory=Links)

    def copy(self, name: str, new: str) -> None:
        """All of it is on the disk when this returns."""
        self._copy(self.source, name, self.target, new, (new,))
        os.fsync(self.target)

    def _copy(self, at: int, name: str, to: int, new: str, path: tuple[str, ...]) -> None:
        self.check()
        status = os.stat(name, dir_fd=at, follow_symlinks=False)
        _refuse_foreign(status, path)
        if stat.S_ISDIR(status.st_mode):
            self._copy_directory(at, name, to, new, path)
            return
        key = (status.st_dev, status.st_ino)
        if key in self._links:
            first = "/".join(self._links[key])
            os.link(first, new, src_dir_fd=self.target, dst_dir_fd=to, follow_symlinks=False)
            return
        if status.st_nlink > 1:
            self._links[key] = path
        if stat.S_ISREG(status.st_mode):
            self._copy_file(at, name, to, new)
        else:
            _copy_special(at, name, to, new, status)

    def _copy_directory(self, at: int, name: str, to: int, new: str, path: tuple[str, ...]) -> None:
        if len(path) > DEEPEST:
            raise NotPossible(f"it holds directories nested deeper than {DEEPEST}")
        os.mkdir(new, 0o700, dir_fd=to)
        with opened(name, at=at) as source, opened(new, at=to) as target:
            for child in names_in(source):
                self._copy(source, child, target, child, (*path, child))
            _finish(source, target)

    def _copy_file(self, at: int, name: str, to: int, new: str) -> None:
        with opened(name, READ, at) as source, opened(new, CREATE, to) as target:
            while data := os.read(source, CHUNK):
                self.check()
                if data.count(0) == len(data):  # a hole, or as good as one
                    os.lseek(target, len(data), os.SEEK_CUR)
                else:
                    _write_all(target, data)
            os.ftruncate(target, os.lseek(target, 0, os.SEEK_CUR))
            _finish(source, target)


def differences(at: int, name: str, other_at: int, other: str, check: Check) -> str | None:
    """What a copy lacks, by reading both; None: nothing."""
    check()
    here = os.stat(name, dir_fd=at, follow_symlinks=False)
    there = os.stat(other, dir_fd=other_at, follow_symlinks=False)
    if here.st_mode != there.st_mode:
        return f"{name!r}: another kind or mode"
    if abs(here.st_mtime_ns - there.st_mtime_ns) > MTIME_TOLERANCE_NS:
        return f"{name!r}: another time"
    if stat.S_ISDIR(here.st_mode):
        with opened(name, at=at) as one, opened(other, at=other_at) as two:
            return _differences_within(one, two, check)
    if stat.S_ISLNK(here.st_mode):
        same = os.readlink(name, dir_fd=at) == os.readlink(other, dir_fd=other_at)
    elif stat.S_ISREG(here.st_mode):
        same = here.st_size == there.st_size and _digest(at, name, check) == _digest(
            other_at, other, check
        )
    else:
        same = here.st_rdev == there.st_rdev
    return None if same else f"{name!r}: other content"


def _differences_within(one: int, two: int, check: Check) -> str | None:
    names, others = set(names_in(one)), set(names_in(two))
    if names != others:
        return f"{next(iter(names ^ others))!r}: not in both"
    found = (differences(one, name, two, name, check) for name in names)
    return next((each for each in found if each is not None), None)


def _digest(at: int, name: str, check: Check) -> bytes:
    digest = blake2b()
    with opened(name, READ, at) as source:
        while data := os.read(source, CHUNK):
            check()
            digest.update(data)
    return digest.digest()


def _copy_special(at: int, name: str, to: int, new: str, status: os.stat_result) -> None:
    if stat.S_ISLNK(status.st_mode):
        os.symlink(os.readlink(name, dir_fd=at), new, dir_fd=to)
    else:
        os.mknod(new, status.st_mode, status.st_rdev, dir_fd=to)
    os.chown(new, status.st_uid, status.st_gid, dir_fd=to, follow_symlinks=False)
    set_mode(to, new, status.st_mode)
    times = (status.st_atime_ns, status.st_mtime_ns)
    os.utime(new, ns=times, dir_fd=to, follow_symlinks=False)


def _finish(source: int, target: int) -> None:
    """All that is not content. The mode comes after the owner, whose change takes bits from it."""
    status = os.fstat(source)
    os.fchown(target, status.st_uid, status.st_gid)
    _copy_attributes(source, target)
    os.fchmod(target, stat.S_IMODE(status.st_mode))
    os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
    os.fsync(target)


def _refuse_foreign(status: os.stat_result, path: tuple[str, ...]) -> None:
    if os.geteuid() not in (0, status.st_uid):
        where = "/".join(path[1:]) or "it"
        raise NotPossible(f"{where!r} belongs to another user, and a copy would be ours")


def _write_all(target: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(target, view) :]


def _copy_attributes(source: int, target: int) -> None:
    try:
        names = os.listxattr(source)
    except OSError as error:
        if error.errno == errno.ENOTSUP:
            return
        raise
    for name in names:
        if name.startswith(KEPT_ATTRIBUTES):
            os.setxattr(target, name, os.getxattr(source, name))
