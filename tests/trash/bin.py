"""A trash for real: a store, a directory, users; and trees with one of everything."""

import os
import socket
import sqlite3
import stat
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import trio
from attrs import frozen

from rdvd import identity, trash
from rdvd.events import Events
from rdvd.events.types import Fact
from rdvd.ground.store import Store, open_store
from rdvd.identity import User, UserId
from rdvd.identity.tables import add_user
from rdvd.trash import Parcel, Trash, TrashEntry, TrashSettings, Watch

ANN, BOB = UserId("ann"), UserId("bob")
MIGRATIONS = (identity.MIGRATIONS, trash.MIGRATIONS)
OTHER_FILE_SYSTEM = Path("/dev/shm")
A_WHILE = 20

Tree = dict[str, tuple[object, ...]]


@frozen
class Bin:
    trash: Trash
    store: Store
    facts: list[Fact]
    directory: Path

    async def put(self, *paths: Path, **said: Any) -> TrashEntry:
        parcel: dict[str, Any] = {"user": ANN, "kind": "file", "title": "it", **said}
        return await self.trash.put(Parcel(**parcel), paths)

    async def removed(self, count: int = 1) -> None:
        """Once so many entries are gone with their files."""
        with trio.fail_after(A_WHILE):
            while sum(fact.event.type == "trash.removed" for fact in self.facts) < count:
                await trio.lowlevel.checkpoint()


@asynccontextmanager
async def living(
    home: Path, most: int = 1 << 30, days: float = 30, watch: Watch | None = None
) -> AsyncGenerator[Bin, None]:
    make_private(home)
    events, facts = Events(), list[Fact]()
    directory = home / "trash"
    async with open_store(home / "sqlite.db", MIGRATIONS) as store:
        await store.write(add_users)
        box = Trash(store, TrashSettings(directory, most, days), events, watch)
        stopping = trio.Event()
        with events.listening(facts.append):
            async with trio.open_nursery() as nursery:
                await nursery.start(partial(box.keep, stopping=stopping))
                yield Bin(box, store, facts, directory)
                stopping.set()


def make_private(home: Path) -> None:
    home.mkdir(mode=0o700, exist_ok=True)


def is_there(path: Path) -> bool:
    return os.path.lexists(path)


def names_in(directory: Path) -> list[str]:
    return sorted(each.name for each in directory.iterdir())


def add_users(db: sqlite3.Connection) -> None:
    for id in (ANN, BOB):
        if db.execute("SELECT 1 FROM users WHERE id = ?", (id,)).fetchone() is None:
            add_user(db, User(id, id, id == ANN, 1))


@contextmanager
def elsewhere() -> Generator[Path, None, None]:
    """A directory on another file system than tests usually have."""
    with tempfile.TemporaryDirectory(prefix="rdv-", dir=OTHER_FILE_SYSTEM) as name:
        assert Path(name).stat().st_dev != Path(tempfile.gettempdir()).stat().st_dev
        yield Path(name)


def plant_little(top: Path) -> Path:
    """A directory that nobody may write to, with one file."""
    top.mkdir()
    (top / "file").write_bytes(b"content")
    top.chmod(0o500)
    return top


def plant(top: Path) -> Path:
    """A directory with one of everything."""
    (top / "a b" / "deep" / "er").mkdir(parents=True)
    (top / "plain").write_bytes(b"content")
    (top / "plain").chmod(0o640)
    (top / "sparse").write_bytes(b"")
    os.truncate(top / "sparse", 5_000_000)
    os.link(top / "plain", top / "a b" / "hard link")
    (top / "link").symlink_to("plain")
    (top / "dangling").symlink_to("/nowhere/at all")
    (top / "outward").symlink_to(top.parent)
    (top / "new\nline").write_bytes(b"1")
    (top / "\x1b[31mred").write_bytes(b"2")
    (top / "-rf").write_bytes(b"3")
    Path(os.fsdecode(os.fsencode(top) + b"/no utf-8 \xff\xfe")).write_bytes(b"4")
    (top / ("n" * 255)).write_bytes(b"5")
    os.mkfifo(top / "pipe")
    with socket.socket(socket.AF_UNIX) as server, opened_directory(top) as at:
        server.bind(f"/proc/self/fd/{at}/socket")
    (top / "program").write_bytes(b"#!/bin/sh\n")
    (top / "program").chmod(0o4755)
    os.setxattr(top / "plain", "user.note", b"kept")
    (top / "locked").mkdir()
    (top / "locked" / "inside").write_bytes(b"6")
    (top / "locked").chmod(0o500)
    (top / "a b" / "deep" / "er" / "x").write_bytes(os.urandom(2_000_000))
    os.utime(top / "plain", ns=(1, 1_500_000_000_123_456_789))
    os.utime(top / "a b", ns=(1, 1_400_000_000_000_000_000))
    os.utime(top / "dangling", ns=(1, 1_300_000_000_000_000_000), follow_symlinks=False)
    return top


@contextmanager
def opened_directory(path: Path) -> Generator[int, None, None]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def picture(top: Path) -> Tree:
    """All that there is to say of a tree, but of numbers that nobody keeps."""
    paths = [top, *(Path(at) / name for at, a, b in os.walk(top) for name in (*a, *b))]
    seen: dict[int, str] = {}
    return {str(path.relative_to(top)): _about(path, seen, top) for path in sorted(paths)}


def _about(path: Path, seen: dict[int, str], top: Path) -> tuple[object, ...]:
    status = path.lstat()
    kind = stat.S_IFMT(status.st_mode)
    content: object = None
    if kind == stat.S_IFREG:
        twin = seen.setdefault(status.st_ino, str(path.relative_to(top)))
        content = (path.read_bytes(), twin, sorted(os.listxattr(path)))
    elif kind == stat.S_IFLNK:
        content = path.readlink()
    return (status.st_mode, status.st_mtime_ns, content)
