"""Gathering what is known of a folder: every section at once, and none that can spoil the rest."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import trio
from attrs import asdict, frozen

from rdvd import folders, knowledge, preferences
from rdvd.folders import Folder
from rdvd.ground.errors import Problem
from rdvd.ground.store import Store
from rdvd.preferences import Defaults, Source
from rdvd.projects import Site, find_out
from rdvd.sessions import Front, Session, status_of
from rdvd.trash import readable
from rdvd.worktrees import Worktrees

from .views import (
    FolderBrief,
    GitBrief,
    ItemBrief,
    PreferenceBrief,
    SectionName,
    SessionBrief,
    WorktreeBrief,
)

GONE = frozenset({"closed", "trashed"})


@frozen
class Desk:
    """Where the sections are found."""

    store: Store
    front: Front
    worktrees: Worktrees
    defaults: Defaults

    async def gather(
        self, site: Site, wanted: tuple[SectionName, ...]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """The sections, and why some have nothing to tell."""
        found, notes = dict[str, Any](), dict[str, str]()
        readers = self._readers()

        async def read(name: SectionName) -> None:
            try:
                found[name] = await readers[name](site)
            except Problem as problem:
                notes[name] = problem.detail

        async with trio.open_nursery() as nursery:
            for name in wanted:
                nursery.start_soon(read, name)
        return found, notes

    def _readers(self) -> Mapping[SectionName, Callable[[Site], Awaitable[Any]]]:
        return {
            "parents": self._parents,
            "preferences": self._preferences,
            "project": self._project,
            "knowledge": self._knowledge,
            "git": self._git,
            "worktrees": self._worktrees,
            "sessions": self._sessions,
            "children": self._children,
        }

    async def _parents(self, site: Site) -> list[FolderBrief]:
        chain = await self.store.read(folders.chain, folders.FolderId(site.folder))
        return [brief(each) for each in chain[:-1]]

    async def _children(self, site: Site) -> list[FolderBrief]:
        inside = await self.store.read(folders.children, folders.FolderId(site.folder))
        return [brief(each) for each in inside]

    async def _preferences(self, site: Site) -> list[PreferenceBrief]:
        found = await self.store.read(
            preferences.resolve, self.defaults, site.user, folders.FolderId(site.folder)
        )
        plain = [
            PreferenceBrief(key, each.value, _source(each.source))
            for key, each in found.values.items()
        ]
        names = [name for name, each in found.variables.items() if each.value is not None]
        return [*plain, PreferenceBrief("environment", sorted(names), "several")]

    async def _project(self, site: Site) -> Any:
        return (await find_out(self.store, site.project)).found

    async def _knowledge(self, site: Site) -> list[ItemBrief]:
        items = await self.store.read(knowledge.items, site.folder)
        return [ItemBrief(each.id, each.kind, asdict(each.content)) for each in items]

    async def _git(self, site: Site) -> GitBrief:
        status = await self.worktrees.status(str(site.project))
        return GitBrief(
            _text(status.branch) or "(detached)", status.head, _text(status.upstream),
            status.is_clean,
            status.ahead, status.behind, len(status.untracked), status.modified, status.staged,
        )  # fmt: skip

    async def _worktrees(self, site: Site) -> list[WorktreeBrief]:
        return [
            WorktreeBrief(
                readable(each.path),
                _text(each.branch),
                each.head,
                each.is_main,
                row.session if row else None,
            )
            for each, row in await self.worktrees.listing(str(site.project))
        ]

    async def _sessions(self, site: Site) -> list[SessionBrief]:
        here = [each for each in self.front.of(site.user) if each.folder == site.folder]
        return [_session(each) for each in here if status_of(each.state) not in GONE]


def brief(folder: Folder) -> FolderBrief:
    return FolderBrief(folder.id, folder.name, folder.path)


def _session(session: Session) -> SessionBrief:
    return SessionBrief(
        session.id, session.name, status_of(session.state), session.program.agent,
        session.directory, session.branch,
    )  # fmt: skip


def _text(name: str | None) -> str | None:
    """Names in git are bytes."""
    return None if name is None else readable(name)


def _source(source: Source) -> str:
    return source.level if source.folder_name is None else f"folder {source.folder_name}"
