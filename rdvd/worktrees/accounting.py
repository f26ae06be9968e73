"""Everything that there is to know of a worktree before it may go."""

import os
from collections.abc import Sequence
from pathlib import Path

import trio

from . import overlooked, porcelain
from .copying import unchanged_copies
from .finding import read_small
from .occupants import occupants_of
from .opened import Opened
from .types import Facts, Listed, Occupant, Status

MOST_COMMITS = 1_000
LARGEST_LOG = 1_048_576
OPERATIONS = (
    ("rebase-merge", "a rebase"),
    ("rebase-apply", "a rebase"),
    ("MERGE_HEAD", "a merge"),
    ("CHERRY_PICK_HEAD", "a cherry-pick"),
    ("REVERT_HEAD", "a revert"),
    ("sequencer", "a series of picks"),
    ("BISECT_LOG", "a bisection"),
)
# What an entry of the trash needs to come back is held until that goes, and no longer.
GUARDS = "refs/rdvd/trash"
# A stash belongs to the whole repository, so it holds nothing for one tree.
HELD_BY = ("--exclude=refs/stash", f"--exclude={GUARDS}/*", "--glob=refs/*")


async def account(
    opened: Opened,
    listed: Listed,
    *,
    is_ours: bool,
    sessions: Sequence[str],
    copied: Sequence[str] = (),
) -> Facts:
    """Of a tree that is there. The parts are looked at one after another, and then once more right
    before anything goes. `copied`: what is brought along from the main worktree."""
    top = opened.top
    status = await opened.status(untracked="all", ignored=True)
    index = await opened.git.run(top, "ls-files", "-v", "-s", "-z")
    flagged, modules = porcelain.parse_index(index)
    main = None if listed.is_main else opened.found.main
    whole = (*status.untracked, *status.ignored, *modules)
    return Facts(
        path=str(top),
        status=status,
        is_main=listed.is_main,
        is_ours=is_ours,
        lock=listed.lock,
        hidden=await overlooked.hidden(opened, flagged),
        only_here=await commits_only_here(opened, status),
        is_shared=await _has_remotes(opened),
        operation=await trio.to_thread.run_sync(_operation, opened.found.git_dir),
        submodules=await trio.to_thread.run_sync(overlooked.filled, top, modules),
        nested_repositories=await trio.to_thread.run_sync(overlooked.repositories, top, whole),
        nested_worktrees=await _nested_worktrees(opened, top),
        occupants=await _occupants(top),
        sessions=tuple(sessions),
        copies=await trio.to_thread.run_sync(unchanged_copies, main, top, copied),
        stashes=await trio.to_thread.run_sync(_stashes, opened.found.common, status.branch),
    )


async def commits_only_here(opened: Opened, status: Status) -> tuple[str, ...]:
    """Those that go out of reach with this branch, or with this HEAD: hash and subject of each."""
    if status.head is None:
        return ()
    own = () if status.branch is None else (f"--exclude=refs/heads/{status.branch}",)
    told = await opened.git.run(
        opened.top, "log", f"--max-count={MOST_COMMITS}", "--format=%h %s",
        status.head, "--not", *own, *HELD_BY, "--",
    )  # fmt: skip
    return tuple(told.decode("utf-8", "backslashreplace").splitlines())


async def _has_remotes(opened: Opened) -> bool:
    return bool(await opened.git.lines(opened.top, "remote"))


def _operation(git_dir: Path) -> str | None:
    return next((what for name, what in OPERATIONS if os.path.lexists(git_dir / name)), None)


async def _nested_worktrees(opened: Opened, top: Path) -> tuple[str, ...]:
    others = (each.path for each in await opened.worktrees() if not each.is_missing)
    return tuple(each for each in others if each.startswith(f"{top}/"))


async def _occupants(top: Path) -> tuple[Occupant, ...]:
    return await trio.to_thread.run_sync(occupants_of, top)


def _stashes(common: Path, branch: str | None) -> int:
    log = read_small(common / "logs" / "refs" / "stash", LARGEST_LOG) or b""
    if branch is None:
        return 0
    return log.count(b" on " + os.fsencode(branch) + b": ")
