"""git as a program, and ours as its callers see it: store, actors, threads and all."""

import shutil
import subprocess
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import cache, partial
from pathlib import Path
from weakref import finalize

import trio

from actors import Supervisor, Topic, actor
from actors.testing import running
from rdvd import identity, trash, worktrees
from rdvd.events import Events
from rdvd.ground.store import open_store
from rdvd.identity import SessionId, User, UserId
from rdvd.identity.tables import add_user
from rdvd.trash import Trash, TrashSettings
from rdvd.worktrees import (
    Git,
    NewTree,
    Removal,
    Repositories,
    Rooms,
    Shop,
    WorktreeFact,
    Worktrees,
    WorktreeSettings,
)

from .stopwatch import Stopwatch

FILES, COMMITS, TREES = 5_000, 2_000, 20
ME = UserId("me")
NAME = ("-c", "user.name=x", "-c", "user.email=x@example.org")
PAUSE = 0.001


class Nobody:
    def living_in(self, directory: Path) -> Sequence[str]:  # noqa: ARG002 - nobody does
        return ()

    def is_there(self, session: SessionId) -> bool:  # noqa: ARG002 - nobody is
        return False


@cache
def repository() -> Path:
    """Made once for each process, and removed with it."""
    place = Path(tempfile.mkdtemp(prefix="rdv-bench-"))
    finalize(repository, shutil.rmtree, place, ignore_errors=True)
    path = place / "project"
    subprocess.run(["git", "init", "-q", "-b", "main", str(path)], check=True)
    subprocess.run(["git", "fast-import", "--quiet"], input=_history(), cwd=path, check=True)
    _git(path, "checkout", "-q", "main")
    for number in range(TREES - 1):
        words = ("worktree", "add", "-q", "--no-checkout", "--track", "-b", f"b{number}")
        _git(path, *words, str(place / f"tree-{number}"), "main")
    return path


def _history() -> bytes:
    lines: list[str] = []
    for number in range(COMMITS):
        lines += ["commit refs/heads/main", f"committer x <x@example.org> {number} +0000"]
        lines += ["data 1", "c"]
        changed = range(FILES) if number == 0 else [number % FILES]
        for file in changed:
            text = f"{number} {file}\n" * 40
            lines += [f"M 644 inline d{file % 70}/f{file}", f"data {len(text)}", text]
    return ("\n".join(lines) + "\n").encode()


def _git(where: Path, *words: str) -> None:
    subprocess.run(["git", *NAME, *words], cwd=where, check=True, capture_output=True)


def _repeat(times: int, *words: str) -> float:
    path = repository()
    with Stopwatch() as watch:
        for _ in range(times):
            _git(path, *words)
    return watch.seconds


def git_list(times: int) -> float:
    return _repeat(times, "worktree", "list", "--porcelain")


def git_branches(times: int) -> float:
    form = "--format=%(refname:short) %(objectname) %(upstream:short) %(worktreepath)"
    return _repeat(times, "for-each-ref", form, "refs/heads")


def git_status(times: int) -> float:
    return _repeat(times, "--no-optional-locks", "status", "--porcelain=v2", "--branch")


def git_add(times: int) -> float:
    return _git_round(times)[0]


def git_remove(times: int) -> float:
    return _git_round(times)[1]


def _git_round(times: int) -> tuple[float, float]:
    path, made, removed = repository(), 0.0, 0.0
    tree = str(path.parent / "new")
    for _ in range(times):
        with Stopwatch() as watch:
            _git(path, "worktree", "add", "-q", "-b", "new", tree)
        made += watch.seconds
        with Stopwatch() as watch:
            _git(path, "worktree", "remove", tree)
        removed += watch.seconds
        _git(path, "branch", "-D", "new")
    return made, removed


@asynccontextmanager
async def _daemon() -> AsyncGenerator[Worktrees]:
    with _folder() as home:
        sets = (identity.MIGRATIONS, trash.MIGRATIONS, worktrees.MIGRATIONS)
        async with open_store(home / "sqlite.db", sets) as store:
            await store.write(add_user, User(ME, "me", is_owner=True, created=0))
            nest, rooms = Supervisor("repository"), Rooms()
            box = Trash(store, TrashSettings(home / "trash", 1 << 30, 30), Events())
            settings, facts = WorktreeSettings(home / "logs"), Topic[WorktreeFact]("worktrees")
            shop = Shop(store, settings, Git(), facts, box, Nobody())
            registry = actor("repositories", lambda: Repositories(shop, nest, rooms))
            async with running(nest, registry):
                yield Worktrees(shop, registry.ref, rooms)


@contextmanager
def _folder() -> Generator[Path]:
    with tempfile.TemporaryDirectory(prefix="rdv-bench-") as name:
        yield Path(name)


async def our_list(times: int) -> float:
    path = str(repository())
    async with _daemon() as front:
        with Stopwatch() as watch:
            for _ in range(times):
                assert len(await front.listing(path)) == TREES
    return watch.seconds


async def our_branches(times: int) -> float:
    path = str(repository())
    async with _daemon() as front:
        with Stopwatch() as watch:
            for _ in range(times):
                assert len(await front.branches(path, counts=False)) == TREES
    return watch.seconds


async def our_status(times: int) -> float:
    path = str(repository())
    async with _daemon() as front:
        with Stopwatch() as watch:
            for _ in range(times):
                assert (await front.status(path)).is_clean
    return watch.seconds


async def our_add(times: int) -> float:
    return (await _our_round(times))[0]


async def our_remove(times: int) -> float:
    return (await _our_round(times))[1]


async def _our_round(times: int) -> tuple[float, float]:
    path, made, removed = repository(), 0.0, 0.0
    async with _daemon() as front:
        for _ in range(times):
            with Stopwatch() as watch:
                tree = (await front.add(NewTree(ME, str(path), "new"))).worktree
            made += watch.seconds
            with Stopwatch() as watch:
                await front.remove(Removal(ME, tree.path, delete_branch=True))
            removed += watch.seconds
    return made, removed


async def lag(times: int) -> dict[str, float]:
    """Beside everything that we do with git: four look on, one makes and removes."""
    path = str(repository())
    async with _daemon() as front:
        await front.branches(path, counts=True)
        idle: list[float] = []
        with trio.move_on_after(0.5 * times):
            await _feel(idle)
        busy: list[float] = []
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_feel, busy)
            for look in (
                partial(front.listing, path),
                partial(front.branches, path, counts=True),
                partial(front.status, path),
                partial(front.diff, path, "main~20"),
            ):
                nursery.start_soon(_again_and_again, look)
            for _ in range(times):
                tree = (await front.add(NewTree(ME, path, "new"))).worktree
                await front.remove(Removal(ME, tree.path, delete_branch=True))
            nursery.cancel_scope.cancel()
    late = _within(idle)
    return {"idle": late, "working": _within(busy), "added": max(0.0, _within(busy) - late)}


async def _feel(late: list[float]) -> None:
    while True:
        due = trio.current_time() + PAUSE
        await trio.sleep_until(due)
        late.append(trio.current_time() - due)


async def _again_and_again(look: Callable[[], Awaitable[object]]) -> None:
    while True:
        await look()


def _within(late: Sequence[float], share: float = 0.99) -> float:
    return sorted(late)[int(len(late) * share)]
