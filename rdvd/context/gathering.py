"""Gathering what is known of a folder: every section at once, and none that can spoil the rest."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import trio
from attrs import frozen

from rdvd.ground.errors import Problem
from rdvd.ground.store import Store
from rdvd.preferences import Defaults
from rdvd.projects import Site, find_out
from rdvd.sessions import Front, Session, status_of
from rdvd.trash import readable
from rdvd.worktrees import Worktrees

from .recorded import recorded
from .views import GitBrief, SectionName, SessionBrief, WorktreeBrief

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

        async def remember() -> None:
            found.update(
                await self.store.read(recorded, self.defaults, site.user, site.folder, wanted)
            )

        async def look(name: SectionName, at: Callable[[Site], Awaitable[Any]]) -> None:
            try:
                found[name] = await at(site)
            except Problem as problem:
                notes[name] = problem.detail

        async with trio.open_nursery() as nursery:
            nursery.start_soon(remember)
            for name, at in self._alive().items():
                if name in wanted:
                    nursery.start_soon(look, name, at)
        return found, notes

    def _alive(self) -> Mapping[SectionName, Callable[[Site], Awaitable[Any]]]:
        """What no database remembers: it is looked at where it is."""
        return {
            "project": self._project,
            "git": self._git,
            "worktrees": self._worktrees,
            "sessions": self._sessions,
        }

    async def _project(self, site: Site) -> Any:
        return (await find_out(self.store, site.project)).found

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


def _session(session: Session) -> SessionBrief:
    return SessionBrief(
        session.id, session.name, status_of(session.state), session.program.agent,
        session.directory, session.branch,
    )  # fmt: skip


def _text(name: str | None) -> str | None:
    """Names in git are bytes."""
    return None if name is None else readable(name)
