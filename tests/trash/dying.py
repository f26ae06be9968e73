"""Acts of the trash, killed before each step that touches the disk; then what a new start finds.

`python -m tests.trash.dying NEAR FAR [STRIDE FIRST]` forks a process for each death, which is why
it is a program of its own: it has no other thread. It prints how often something died in each act.
"""

import os
import shutil
import signal
import sys
import traceback
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import trio

from rdvd.trash import TrashEntry

from .bin import ANN, Bin, Tree, is_there, living, picture, plant, plant_little

STEPS = {
    "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.chmod",
    "os.chown", "os.utime", "os.truncate", "open", "ctypes.dlopen",
}  # fmt: skip
MOST = 2_000

Act = Callable[[Bin, Path], Awaitable[None]]


def die_before(step: int) -> None:
    """In the middle of things, as kill -9 does it. A rename is announced by its library."""
    left = [step]

    def count(event: str, _: object) -> None:
        if event in STEPS:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)


async def throw_away(box: Bin, tree: Path) -> None:
    await box.put(tree)


async def restore(box: Bin, tree: Path) -> None:
    await box.trash.restore(await entry_of(box))
    await box.removed()


async def remove(box: Bin, tree: Path) -> None:
    await box.trash.delete([await entry_of(box)])
    await box.removed()


async def entry_of(box: Bin) -> TrashEntry:
    (entry,) = await box.trash.page(ANN, None, None, 10)
    return await box.trash.find(entry.id, ANN)


ACTS: dict[str, Act] = {"put": throw_away, "restore": restore, "remove": remove}


async def play(home: Path, tree: Path, name: str, step: int) -> None:
    async with living(home) as box:
        if name != "put":
            await box.put(tree)
        die_before(step)
        await ACTS[name](box, tree)


async def look(home: Path, tree: Path, name: str, before: Tree) -> None:
    """Exactly one whole tree, in its place or in the trash; or none, if it was to be removed."""
    async with living(home) as box:
        entries = await box.trash.page(ANN, None, None, 10)
        beside = [each for each in tree.parent.iterdir() if each != tree]
        assert beside == [], beside
        if entries:
            assert not is_there(tree), "it is in two places"
            assert picture(box.directory / entries[0].id / "0") == before
            await box.trash.restore(await entry_of(box))
        if name == "remove" and not entries:
            assert not is_there(tree)
        else:
            assert picture(tree) == before
        with trio.fail_after(10):
            while any(box.directory.iterdir()):
                await trio.lowlevel.checkpoint()


def in_a_fork(act: Callable[[], Awaitable[None]]) -> int:
    """Its status as waitpid has it."""
    if (pid := os.fork()) == 0:
        try:
            trio.run(act)
            os._exit(0)
        finally:
            traceback.print_exc()
            os._exit(1)
    return os.waitpid(pid, 0)[1]


def main(near: Path, far: Path, stride: int = 1, first: int = 1) -> list[int]:
    plays = [(act, place) for place in (near, far) for act in ACTS]
    return [deaths(act, near, place, stride, first) for act, place in plays]


def deaths(name: str, near: Path, far: Path, stride: int, first: int) -> int:
    is_far = near.stat().st_dev != far.stat().st_dev
    for died, step in enumerate(range(first, MOST, stride)):
        home, tree = near / f"home{step}", far / f"work{step}" / "tree"
        tree.parent.mkdir()
        before = picture(plant_little(tree) if is_far else plant(tree))
        ended = in_a_fork(partial(play, home, tree, name, step))
        assert ended in (0, signal.SIGKILL), f"step {step} ended with {ended}"
        found = in_a_fork(partial(look, home, tree, name, before))
        assert found == 0, f"after a death at step {step}"
        for path in (home, tree.parent):
            shutil.rmtree(path)
        if ended == 0:
            return died
    raise AssertionError("it never came to its end")


if __name__ == "__main__":
    places, numbers = map(Path, sys.argv[1:3]), map(int, sys.argv[3:])
    print(*main(next(places), next(places), *numbers))  # noqa: T201
