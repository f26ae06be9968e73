"""A worktree that comes out of the trash, and a daemon that dies before each step of that.

`python -m tests.worktrees.coming_back PLACE STRIDE FIRST` forks a process for each death, which is
why it is a program of its own: it has no other thread. A step is what touches the disk, or a
program that begins. It prints how often something died.
"""

import os
import shutil
import signal
import sys
from functools import partial
from pathlib import Path
from typing import Any

import trio
from attrs import define

from rdvd.ground.store import Store
from rdvd.worktrees import storage
from tests.trash.bin import is_there
from tests.trash.dying import STEPS, in_a_fork

from .gits import Repo, copy_of, make_template
from .ruins import contents, leave_ignored, leave_untracked, modify, stage
from .test_cut_off import begun_anew
from .yard import living

MOST = 500


@define
class Death:
    """In the middle of things, as kill -9 does it; what is only read is no step."""

    left: int = 0

    async def lurk(self, store: Store) -> None:
        sys.addaudithook(self._see)
        await store.write(lambda db: db.set_trace_callback(self._hear))

    def _see(self, event: str, told: tuple[Any, ...]) -> None:
        is_look = event == "open" and told[2] & os.O_ACCMODE == os.O_RDONLY
        if event in STEPS | {"subprocess.Popen"} and not is_look:
            self._step()

    def _hear(self, statement: str) -> None:
        if statement.startswith("COMMIT"):
            self._step()

    def _step(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def tree_of(place: Path) -> Path:
    return place / "project-fix"


def repo_of(place: Path) -> Repo:
    return Repo(place / "project", place / "home")


async def throw_away(place: Path) -> None:
    repo = repo_of(place)
    async with living(repo, place / "daemon") as yard:
        path = await yard.tree("fix")
        repo.commit("work", "done\n", at=path)
        for spoil in (modify, stage, leave_untracked, leave_ignored):
            spoil(repo, path)
        await trio.Path(place / "before").write_text(repr(contents(path)))
        await yard.remove(path, force=True)


async def restore(place: Path, step: int) -> None:
    async with living(repo_of(place), place / "daemon") as yard:
        (entry,) = await yard.entries()
        death = Death()
        await death.lurk(yard.shop.store)
        death.left = step
        await yard.trash.restore(entry)


async def look(place: Path) -> None:
    """The tree is all there, or its entry is in the trash and nothing else is; then it comes."""
    repo, path = repo_of(place), tree_of(place)
    async with begun_anew(repo, place / "daemon") as yard:
        entries = await yard.entries()
        stages = [row.stage for row in await yard.shop.store.read(storage.page_after, "")]
        if stages == ["ready"]:
            assert entries == []
        else:
            assert stages == []
            assert [entry.kind for entry in entries] == ["worktree"], entries
            assert not is_there(path)
            assert len(repo.listed()) == 1
            await yard.trash.restore(entries[0])
    assert repr(contents(path)) == (place / "before").read_text()
    assert repo.git("diff", "--name-only", "--cached", at=path) == "new"
    assert repo.git("branch", "--show-current", at=path) == "fix"
    assert repo.is_well()


def main(top: Path, stride: int, first: int) -> int:
    prepared, place = top / "prepared", top / "place"
    copy_of(make_template(top / "template"), place)
    assert in_a_fork(partial(throw_away, place)) == 0
    place.rename(prepared)
    for died, step in enumerate(range(first, MOST, stride)):
        shutil.copytree(prepared, place, symlinks=True)
        ended = in_a_fork(partial(restore, place, step))
        assert ended in (0, signal.SIGKILL), f"step {step} ended with {ended}"
        assert in_a_fork(partial(look, place)) == 0, f"after a death at step {step}"
        shutil.rmtree(place)
        if ended == 0:
            return died
    raise AssertionError("it never came to its end")


if __name__ == "__main__":
    print(main(Path(sys.argv[1]), *map(int, sys.argv[2:])))  # noqa: T201
