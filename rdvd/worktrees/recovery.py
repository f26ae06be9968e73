"""What a worktree holds and no branch does, as commits under a ref of ours.

The bytes of files are taken as they are: no filter runs, and nothing is turned into anything.
"""

import os
import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import trio
from attrs import frozen

from .accounting import GUARDS, HELD_BY
from .finding import read_small
from .mentioned import objects_named_in
from .opened import Opened
from .overlooked import modes_of, objects_of
from .places import slug
from .types import Entry, Status

PLACE = "refs/rdvd/recovery"
LARGEST_STATE = 4 * 1_048_576
MOST_PARENTS = 500
SIGNED: Mapping[str, str] = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "rdvd"), ("EMAIL", "rdvd@localhost"))
}
FORMAT = ("rev-parse", "--show-object-format")
DIGITS = {"sha1": 40, "sha256": 64}
TEMPORARY_INDEX = "rdvd-index"


@frozen
class Snapshot:
    """What is staged, and the files as they are; `tips`: commits that nothing else holds."""

    head: str | None
    index: str
    files: str
    tips: tuple[str, ...] = ()


async def take_snapshot(
    opened: Opened, status: Status, hidden: Sequence[str], *, without: str | None
) -> Snapshot:
    """`without`: a branch that is to go as well, and so holds nothing."""
    index = await _index_tree(opened, status)
    return Snapshot(
        head=status.head,
        index=index,
        files=await files_tree(opened, status, hidden),
        tips=await loose_tips(opened, opened.found.git_dir, without=without),
    )


def name_of_ref(path: str, now: datetime, place: str = PLACE) -> str:
    return f"{place}/{now:%Y%m%dT%H%M%S.%fZ}-{slug(Path(path).name)}"


async def guard(opened: Opened, commit: str, path: str, now: datetime) -> str:
    """A branch holds it today; this does while the trash has what belongs to it."""
    ref = name_of_ref(path, now, GUARDS)
    await _point(opened, ref, commit)
    return ref


async def keep_snapshot(
    opened: Opened, snapshot: Snapshot, status: Status, ref: str, title: str
) -> str | None:
    """Put it under this ref; None if all of it is held already."""
    last = await _tree_of(opened, status.head)
    parents = [each for each in (snapshot.head,) if each is not None]
    others = [each for each in snapshot.tips if each not in parents]
    if snapshot.index == snapshot.files == last:
        if not snapshot.tips:
            return None
        if not others and parents:
            await _point(opened, ref, parents[0])
            return ref
    if snapshot.index != last:
        others.insert(0, await commit_of(opened, snapshot.index, f"index of {title}", parents))
    all_parents = await _bundled(opened, [*parents, *others])
    commit = await commit_of(opened, snapshot.files, f"files of {title}", all_parents)
    await _point(opened, ref, commit)
    return ref


async def keep_tips(opened: Opened, git_dir: Path, ref: str, title: str) -> str | None:
    """Of a tree whose files are gone: the commits that only its administration knows, and what
    was staged in it."""
    tips = await loose_tips(opened, git_dir, without=None)
    index = await _staged_in(opened, git_dir)
    heads = [each for each in (await _head_in(opened, git_dir),) if each is not None]
    last = await _tree_of(opened, heads[0]) if heads else None
    if not tips and index in (None, last):
        return None
    tree = index or last or await _empty_tree(opened)
    all_parents = [*heads, *(each for each in tips if each not in heads)]
    parents = await _bundled(opened, all_parents)
    await _point(opened, ref, await commit_of(opened, tree, f"what was left of {title}", parents))
    return ref


async def _bundled(opened: Opened, commits: Sequence[str]) -> Sequence[str]:
    """As many as one commit may have as parents. The first ones stay, and commits without files
    hold the others."""
    while len(commits) > MOST_PARENTS:
        many = min(MOST_PARENTS, len(commits) - MOST_PARENTS + 1)
        held = await commit_of(opened, await _empty_tree(opened), "more of it", commits[-many:])
        commits = [*commits[:-many], held]
    return commits


async def files_tree(opened: Opened, status: Status, hidden: Sequence[str]) -> str:
    """The index with each changed path as the file is now, written as a tree."""
    temporary = opened.found.git_dir / TEMPORARY_INDEX
    index = opened.found.git_dir / "index"
    try:
        await trio.to_thread.run_sync(_copy, index, temporary)
        changes = await _changes(opened, [each.path for each in _in_tree(status)] + list(hidden))
        told = {"GIT_INDEX_FILE": str(temporary)}
        await opened.git.run(
            opened.top, "update-index", "-z", "--index-info", stdin=changes, variables=told
        )
        return (await opened.git.run(opened.top, "write-tree", variables=told)).decode().strip()
    finally:
        temporary.unlink(missing_ok=True)


async def loose_tips(opened: Opened, git_dir: Path, *, without: str | None) -> tuple[str, ...]:
    """Commits that are reached from what this tree alone knows of, and from no ref: the newest of
    each line of them."""
    logs = [] if without is None else [opened.found.common / "logs/refs/heads" / without]
    named = await trio.to_thread.run_sync(objects_named_in, git_dir, logs)
    commits = await _commits_among(opened, named)
    if not commits:
        return ()
    own = () if without is None else (f"--exclude=refs/heads/{without}",)
    told = await opened.git.run(
        opened.found.home, "rev-list", "--topo-order", "--parents", "--stdin",
        "--not", *own, *HELD_BY,
        stdin="".join(f"{commit}\n" for commit in commits).encode(),
    )  # fmt: skip
    lines = [line.split() for line in told.decode().splitlines()]
    parents = {parent for line in lines for parent in line[1:]}
    return tuple(line[0] for line in lines if line[0] not in parents)


def _in_tree(status: Status) -> list[Entry]:
    return [each for each in status.changed if each.tree != "." and not each.is_submodule]


def _copy(index: Path, temporary: Path) -> None:
    temporary.unlink(missing_ok=True)
    if index.exists():
        shutil.copyfile(index, temporary)


async def _changes(opened: Opened, paths: Sequence[str]) -> bytes:
    """For `update-index --index-info`. A line with mode 0 takes all stages of a path away."""
    modes = await modes_of(opened.top, paths)
    objects = await objects_of(opened, modes, writes=True)
    nothing = "0" * DIGITS[(await opened.git.lines(opened.top, *FORMAT))[0]]
    lines: list[bytes] = []
    for path in paths:
        lines.append(f"0 {nothing}\t".encode() + os.fsencode(path))
        if path in objects:
            lines.append(f"{modes[path]} {objects[path]}\t".encode() + os.fsencode(path))
    return b"".join(line + b"\0" for line in lines)


async def _index_tree(opened: Opened, status: Status) -> str:
    """What is staged. Of a conflict, in which that is several things, the files speak instead."""
    if any(each.is_unmerged for each in status.changed):
        return await files_tree(opened, status, ())
    return (await opened.git.run(opened.top, "write-tree")).decode().strip()


async def _staged_in(opened: Opened, git_dir: Path) -> str | None:
    if not (git_dir / "index").exists():
        return None
    told = {"GIT_INDEX_FILE": str(git_dir / "index")}
    ran = await opened.git.attempt(opened.found.home, "write-tree", "--missing-ok", variables=told)
    return ran.out.decode().strip() if ran.code == 0 else None


async def _head_in(opened: Opened, git_dir: Path) -> str | None:
    text = (read_small(git_dir / "HEAD", LARGEST_STATE) or b"").decode("utf-8", "replace").strip()
    return await opened.resolve(text.removeprefix("ref: "))


async def _tree_of(opened: Opened, commit: str | None) -> str:
    if commit is None:
        return await _empty_tree(opened)
    words = ("rev-parse", f"{commit}^{{tree}}")
    return (await opened.git.run(opened.found.home, *words)).decode().strip()


async def _empty_tree(opened: Opened) -> str:
    return (await opened.git.run(opened.found.home, "mktree")).decode().strip()


async def commit_of(
    opened: Opened,
    tree: str,
    message: str,
    parents: Sequence[str] = (),
    variables: Mapping[str, str] = SIGNED,
) -> str:
    options = [word for parent in parents for word in ("-p", parent)]
    words = ("commit-tree", *options, "-m", message, tree)
    made = await opened.git.run(opened.found.home, *words, variables=variables)
    return made.decode().strip()


async def _point(opened: Opened, ref: str, commit: str) -> None:
    """A new ref: one that is there is never moved."""
    await opened.git.run(opened.found.home, "update-ref", ref, commit, "", variables=SIGNED)


async def _commits_among(opened: Opened, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    told = await opened.git.lines(
        opened.found.home, "cat-file", "--batch-check=%(objectname) %(objecttype)",
        stdin="".join(f"{name}\n" for name in names).encode(),
    )  # fmt: skip
    pairs = (line.rpartition(" ") for line in told)
    return [name for name, _, kind in pairs if kind == "commit"]
