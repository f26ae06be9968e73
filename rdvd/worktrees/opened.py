"""A repository that has been looked at: where it is, whose it is, and how git is run in it."""

import os
from collections.abc import Callable
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

import trio
from attrs import frozen

from . import porcelain
from .finding import config_of, find_repository, foreign_parts
from .git import Git
from .names import shortened
from .problems import NoBase, NoWorktree, UnsafeRepository
from .types import Branch, Diff, Found, Listed, Status

T = TypeVar("T")

# dulwich is Python: more than two at a time would only take turns, and keep the loop waiting.
READERS = trio.CapacityLimiter(2)
MOST_FILES = 1_000  # of a diff, by name
STATUS = (
    "status", "--porcelain=v2", "--branch", "-z", "--no-renames", "--ignore-submodules=dirty",
)  # fmt: skip


@frozen
class Opened:
    """`git` is deaf to what this repository would have it run."""

    found: Found
    git: Git

    @property
    def top(self) -> Path:
        if self.found.top is None:
            raise NoWorktree(f"{shortened(str(self.found.common))} has no files: it is bare")
        return self.found.top

    async def worktrees(self) -> list[Listed]:
        return await in_thread(_worktrees, self.found)

    async def branches(self, *, counts: bool = False) -> list[Branch]:
        return await in_thread(_branches, self.found, counts=counts)

    async def listed(self, path: Path) -> Listed:
        """The worktree that is there, as the repository knows it."""
        for each in await self.worktrees():
            if same_place(each.path, path):
                return each
        home = shortened(str(self.found.home))
        raise NoWorktree(f"{shortened(str(path))} is no worktree of {home}")

    async def status(self, *, untracked: str = "normal", ignored: bool = False) -> Status:
        words = (*STATUS, f"--untracked-files={untracked}")
        if ignored:
            words = (*words, "--ignored=matching")
        return porcelain.parse_status(await self.git.run(self.top, *words))

    async def resolve(self, revision: str) -> str | None:
        """The commit that this names; None if there is none."""
        if revision.startswith("-") or "\0" in revision:
            return None
        words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        try:
            ran = await self.git.attempt(self.found.top or self.found.home, *words)
        except UnicodeEncodeError:
            return None
        return ran.out.decode().strip() if ran.code == 0 else None

    async def default_base(self) -> str | None:
        """What a branch is for: what the remote calls its HEAD, else that of the main worktree."""
        return await in_thread(_default_base, self.found)

    async def diff(self, base: str | None) -> Diff:
        """From where HEAD parted from the base, to the files as they are now."""
        wanted = base or await self.default_base()
        commit = None if wanted is None else await self.resolve(wanted)
        if wanted is None or commit is None:
            raise NoBase(f"there is no commit {shortened(wanted or 'to compare with')}")
        ran = await self.git.attempt(self.top, "merge-base", commit, "HEAD")
        parted = ran.out.decode().strip() if ran.code == 0 else commit
        numbers = await self.git.run(
            self.top, "diff", "--numstat", "-z", "--no-renames", "--no-ext-diff", "--no-textconv",
            "--ignore-submodules=dirty", parted, "--",
        )  # fmt: skip
        count = await self.git.attempt(self.top, "rev-list", "--count", f"{parted}..HEAD", "--")
        changes = tuple(islice(porcelain.parse_numstat(numbers), MOST_FILES + 1))
        commits = int(count.out) if count.code == 0 else 0
        return Diff(wanted, commits, changes[:MOST_FILES], is_cut=len(changes) > MOST_FILES)


async def open_repository(git: Git, path: str) -> Opened:
    """Refuse what is none, and what belongs to somebody whom nobody has vouched for."""
    found, foreign, config = await trio.to_thread.run_sync(_survey, path)
    if foreign is not None:
        # It is git that decides: the account's own `safe.directory` is for this.
        ran = await git.attempt(found.top or found.home, "rev-parse", "--git-dir")
        if ran.code != 0:
            raise _unsafe(found, foreign)
    return Opened(found, await git.for_repository(found, config))


def _survey(path: str) -> tuple[Found, Path | None, str]:
    """In one go: where it is, what of it belongs to somebody else, and how it is configured."""
    found = find_repository(path)
    return found, next(foreign_parts(found), None), config_of(found)


def _unsafe(found: Found, foreign: Path) -> UnsafeRepository:
    where = shortened(str(found.top or found.common))
    owner = foreign.lstat().st_uid
    return UnsafeRepository(
        f"{where} belongs to uid {owner}, and what a stranger's repository says is not obeyed; if"
        f" you trust it: git config --global --add safe.directory '{where}'",
        path=where,
        owner=owner,
    )


async def in_thread(look: Callable[..., T], *arguments: object, **named: object) -> T:
    return await trio.to_thread.run_sync(
        partial(look, *arguments, **named), limiter=READERS, abandon_on_cancel=True
    )


def same_place(one: str, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _worktrees(found: Found) -> list[Listed]:
    from .reading import reader_of  # lazy: dulwich is 10 MiB that an idle daemon can do without

    return reader_of(found).worktrees()


def _branches(found: Found, *, counts: bool) -> list[Branch]:
    from .reading import reader_of  # lazy: as above

    return reader_of(found).branches(counts=counts)


def _default_base(found: Found) -> str | None:
    from .reading import reader_of  # lazy: as above

    return reader_of(found).default_base()
