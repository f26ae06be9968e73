"""A daemon's part that makes and removes one worktree, with a git that kills it at the n-th call.

python -m tests.worktrees.dying PLACE ACT N
"""

import sys
from pathlib import Path

import trio
from attrs import evolve

from rdvd.worktrees import NewTree, Removal

from .gits import Repo
from .yard import USER, living

KILLER = """#!/bin/sh
echo x >> '{count}'
if [ "$(wc -l < '{count}')" -eq {number} ]; then
    {first}
    kill -KILL $PPID
    exit 1
fi
exec git "$@"
"""


def killer(place: Path, number: int, *, acts: bool) -> Path:
    """A git that kills its parent at this call, before it has done it or after."""
    program = place / "killer"
    first = 'git "$@"' if acts else ":"
    count = place / "calls"
    count.unlink(missing_ok=True)
    program.write_text(KILLER.format(count=count, number=number, first=first))
    program.chmod(0o755)
    return program


async def act(place: Path, what: str) -> None:
    repo = Repo(place / "project", place / "home")
    async with living(repo, place / "daemon", program=place / "killer") as yard:
        if what == "add":
            await yard.front.add(NewTree(USER, str(repo.path), "fix"))
        else:
            order = Removal(USER, str(place / "project-fix"))
            await yard.front.remove(evolve(order, force=True))


if __name__ == "__main__":
    trio.run(act, Path(sys.argv[1]), sys.argv[2])
