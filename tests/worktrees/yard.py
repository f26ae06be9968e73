"""The worktrees of one daemon, for real: store, trash, actors, in one directory."""

import sqlite3
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import trio
from attrs import define, evolve, field, frozen

from actors import Child, Supervisor, Topic, actor, task
from actors.testing import running
from rdvd import audit, identity, trash, worktrees
from rdvd.config.project_types import COPIED, DISPOSABLE
from rdvd.events import Events
from rdvd.ground.store import Store, open_store
from rdvd.identity import SessionId, UserId
from rdvd.trash import Trash, TrashEntry, TrashSettings
from rdvd.worktrees import (
    Git,
    Lodgers,
    Made,
    NewTree,
    Removal,
    Removed,
    Repositories,
    Rooms,
    Shop,
    WorktreeFact,
    Worktrees,
    WorktreeSettings,
)

from .gits import Repo, environment

A_WHILE = 30
MIGRATIONS = (identity.MIGRATIONS, audit.MIGRATIONS, trash.MIGRATIONS, worktrees.MIGRATIONS)
USER = UserId("ada")


@define
class Lodging:
    """Who lives where, as a test says."""

    rooms: dict[Path, list[str]] = field(factory=dict[Path, list[str]])
    sessions: set[SessionId] = field(factory=set[SessionId])

    def living_in(self, directory: Path) -> Sequence[str]:
        return self.rooms.get(directory, [])

    def is_there(self, session: SessionId) -> bool:
        return session in self.sessions


@frozen
class Yard:
    repo: Repo
    front: Worktrees
    trash: Trash
    lodging: Lodging
    nest: Supervisor
    home: Path

    @property
    def shop(self) -> Shop:
        return self.front.shop

    async def add(self, branch: str, **said: object) -> Made:
        order = NewTree(USER, str(self.repo.path), branch)
        return await self.front.add(evolve(order, **said))

    async def tree(self, branch: str, **said: object) -> Path:
        return Path((await self.add(branch, **said)).worktree.path)

    async def entries(self) -> list[TrashEntry]:
        """All that is in the trash, with what is in each."""
        listed = await self.trash.page(USER, None, None, 1_000)
        return [await self.trash.find(each.id, USER) for each in listed]

    def kept(self, entry: TrashEntry) -> dict[Path, Path]:
        """Where everything of an entry is now, by where it was."""
        home = self.home / "trash" / entry.id
        return {item.origin: home / item.name for item in entry.items}

    async def remove(self, path: Path, **said: object) -> Removed:
        repository = str(self.repo.path)
        return await self.front.remove(evolve(Removal(USER, str(path)), **said), repository)


@asynccontextmanager
async def living(repo: Repo, home: Path, **said: object) -> AsyncGenerator[Yard]:
    """A part of the daemon, over whatever an earlier one has left."""
    make_private(home)
    async with open_store(home / "sqlite.db", MIGRATIONS) as store:
        await store.write(_be_there)
        with trio.fail_after(A_WHILE):
            async with serving(store, repo, home, **said) as yard:
                yield yard


@asynccontextmanager
async def serving(store: Store, repo: Repo, home: Path, **said: object) -> AsyncGenerator[Yard]:
    lodging = Lodging()
    side = make_side(store, home, lodging, environment(repo.home), **said)
    async with running(*side.children):
        yield Yard(repo, side.front, side.front.shop.trash, lodging, side.nest, home)


@frozen
class Side:
    """What of a tree is about worktrees."""

    front: Worktrees
    nest: Supervisor
    children: tuple[Child, ...]


def make_side(
    store: Store, home: Path, lodging: Lodgers, environ: Mapping[str, str], **said: object
) -> Side:
    nest, rooms = Supervisor("repository"), Rooms()
    most = int(str(said.pop("trash_bytes", 1 << 30)))
    settings = WorktreeSettings(home / "logs", copied=COPIED, disposable=DISPOSABLE)
    box = Trash(store, TrashSettings(home / "trash", most, 30), Events())
    facts = Topic[WorktreeFact]("worktrees")
    git = Git(str(said.pop("program", "git")), environ)
    shop = Shop(store, evolve(settings, **said), git, facts, box, lodging)
    registry = actor("repositories", lambda: Repositories(shop, nest, rooms))
    front = Worktrees(shop, registry.ref, rooms)
    box.register("worktree", front)
    side = Supervisor("worktrees", nest, registry, strategy="rest_for_one")
    return Side(front, nest, (task("trash", box.keep), side))


def make_private(home: Path) -> None:
    home.mkdir(mode=0o700, exist_ok=True)


def _be_there(db: sqlite3.Connection) -> None:
    db.execute("INSERT OR IGNORE INTO users VALUES (?, 'Ada', 1, 0)", (USER,))
