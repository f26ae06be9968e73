"""However many commits only a worktree knows of, and however long its logs are: all are held."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rdvd.worktrees.mentioned import PIECE, objects_in

from .gits import Repo, vanish
from .ruins import modify, reachable
from .yard import Yard

MANY = 1_203
LINE = "{old} {new} Ada <ada@example.org> 1700000000 +0000\tcommit: {what}\n"


def loose_commits(repo: Repo, path: Path, count: int) -> set[str]:
    """Each a line of its own that only the reflog of this tree names."""
    told = "".join(
        f"commit refs/many/{each}\ncommitter Ada <ada@example.org> {each + 1} +0000\ndata 1\nx\n"
        for each in range(count)
    )
    subprocess.run(
        ["git", "fast-import", "--quiet"], input=told.encode(), cwd=repo.path,
        env=repo.environment, check=True, capture_output=True,
    )  # fmt: skip
    lines = repo.git("for-each-ref", "--format=%(objectname)", "refs/many").split()
    subprocess.run(
        ["git", "update-ref", "--stdin"], cwd=repo.path, env=repo.environment, check=True,
        input="".join(f"delete refs/many/{each}\n" for each in range(count)).encode(),
    )  # fmt: skip
    head = repo.git("rev-parse", "HEAD")
    remember(repo, path, [LINE.format(old=head, new=each, what="x") for each in lines])
    return set(lines)


def remember(repo: Repo, path: Path, lines: list[str]) -> None:
    log = Path(repo.git("rev-parse", "--absolute-git-dir", at=path)) / "logs/HEAD"
    with log.open("a") as file:
        file.writelines(lines)


@pytest.mark.parametrize("is_gone", [False, True])
async def test_more_tips_than_one_commit_has_parents_are_all_held(yard: Yard, is_gone: bool):
    path = await yard.tree("fix")
    loose = loose_commits(yard.repo, path, MANY)
    if is_gone:
        vanish(path)
    else:
        modify(yard.repo, path)

    removed = await yard.remove(path, force=True)

    assert removed.recovery is not None
    assert loose <= reachable(yard.repo)
    assert yard.repo.is_well()


async def test_a_log_is_read_to_its_end(yard: Yard):
    path = await yard.tree("fix")
    head = yard.repo.git("rev-parse", "HEAD")
    remember(yard.repo, path, [LINE.format(old=head, new=head, what="y" * 1_000)] * 5_000)
    (loose,) = loose_commits(yard.repo, path, 1)

    await yard.remove(path, force=True)

    assert loose in reachable(yard.repo)


@settings(max_examples=30)
@given(before=st.integers(PIECE - 70, PIECE + 70), digits=st.sampled_from([40, 64]))
def test_a_name_is_found_wherever_it_is_cut(
    tmp_path_factory: pytest.TempPathFactory, before: int, digits: int
):
    file = tmp_path_factory.getbasetemp() / "log"
    name = b"ab" * (digits // 2)
    file.write_bytes(b"-" * before + name + b" " + b"-" * 100)

    assert name in objects_in(file)
