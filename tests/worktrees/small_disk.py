"""Acts on a disk that is really full; prints what each was answered and what it has left.

`unshare --user --map-root-user --mount python -m tests.worktrees.small_disk PLACE`
"""

import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import trio

from rdvd.ground.errors import Problem
from rdvd.hooks.files import Hand
from rdvd.hooks.places import user_place
from rdvd.hooks.types import Agent
from rdvd.worktrees import storage

from .gits import Repo, copy_of, make_template
from .ruins import contents, leave_untracked, modify
from .yard import Yard, living

ROOM = 4 * 1024 * 1024
BIG = "x" * 200_000
AGENTS: tuple[Agent, ...] = ("claude", "codex")


def mount(directory: Path) -> Path:
    directory.mkdir(mode=0o700, parents=True)
    options = f"size={ROOM},mode=0700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", directory], check=True)
    return directory


@contextmanager
def full(directory: Path, but: int = 0) -> Generator[None]:
    """Of what it has no byte is left, but these."""
    filler = directory / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4_096))
    os.truncate(filler, filler.stat().st_size - but)
    try:
        yield
    finally:
        filler.unlink()


async def answer(act: Callable[[], Awaitable[object]]) -> str:
    try:
        await act()
    except Problem as problem:
        return f"{problem.status} {problem.code}"
    return "done"


async def begin(yard: Yard, repo: Repo, room: int) -> dict[str, Any]:
    """A worktree on the disk of its repository. What is seen is what there is while it is full."""
    with full(repo.path.parent, room):
        told = await answer(lambda: yard.add("fix"))
        rows = await yard.shop.store.read(storage.page_after, "")
        left = sorted(each.name for each in repo.path.parent.iterdir())
        branches = repo.git("branch", "--format=%(refname:short)")
    return {"answer": told, "rows": len(rows), "left": left, "branches": branches.split()}


async def throw_and_restore(yard: Yard, repo: Repo, trash: Path) -> dict[str, Any]:
    """A worktree whose files the trash has to copy from another disk, and one that it gives back
    to a disk without room."""
    path = await yard.tree("thrown")
    modify(repo, path)
    leave_untracked(repo, path)
    repo.write("large", BIG, at=path)
    before = contents(path)
    with full(trash, 100_000):
        thrown = await answer(lambda: yard.remove(path, force=True))
        is_whole = contents(path) == before
        entries = len(await yard.entries())
        beside = names_beside(path, trash)
    await yard.remove(path, force=True)
    (entry,) = await yard.entries()
    with full(repo.path.parent, 100_000):
        restored = await answer(lambda: yard.trash.restore(entry))
        is_there = path.exists()
    again = await answer(lambda: yard.trash.restore(entry))
    return {
        "thrown": thrown, "whole": is_whole, "entries": entries, "beside": beside,
        "restored": restored, "there": is_there, "again": again, "back": contents(path) == before,
        "well": repo.is_well(),
    }  # fmt: skip


def names_beside(path: Path, trash: Path) -> list[str]:
    """What an act has forgotten, here or there."""
    found = [each.name for each in path.rglob(".rdv-trash-*")]
    return [*found, *(each.name for each in trash.iterdir() if each.name != "filler")]


def install(home: Path, backups: Path) -> dict[str, Any]:
    """Hooks of an agent that has settings, and of one that was never used."""
    settings = home / ".claude" / "settings.json"
    settings.parent.mkdir()
    settings.write_text(json.dumps({"note": BIG}))
    before = settings.read_text()
    hand = Hand(("rdv",), backups)
    with full(home):
        answers = [
            answer_of(partial(hand.install, user_place(each, home, None))) for each in AGENTS
        ]
        left = sorted(str(each.relative_to(home)) for each in home.rglob("*"))
    return {
        "answers": answers, "left": left, "same": settings.read_text() == before,
        "backups": len(list(backups.iterdir())) if backups.exists() else 0,
    }  # fmt: skip


def answer_of(act: Callable[[], object]) -> str:
    try:
        act()
    except Problem as problem:
        return f"{problem.status} {problem.code}"
    return "done"


async def main(top: Path) -> dict[str, Any]:
    place, home = mount(top / "place"), top / "daemon"
    trash, agents = mount(home / "trash"), mount(top / "agents")
    home.chmod(0o700)
    repo = copy_of(make_template(top / "template"), place)
    repo.commit("large", BIG)
    repo.write(".env", BIG)
    async with living(repo, home) as yard:
        return {
            "no room": await begin(yard, repo, 0),
            "half a checkout": await begin(yard, repo, 60_000),
            "no room for copies": await begin(yard, repo, 300_000),
            "trash": await throw_and_restore(yard, repo, trash),
            "hooks": install(agents, top / "backups"),
        }


if __name__ == "__main__":
    print(json.dumps(trio.run(main, Path(sys.argv[1])), indent=1))  # noqa: T201
