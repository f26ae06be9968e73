"""Whatever somebody has done in a worktree: no commit goes out of reach, no file disappears."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import trio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rdvd.worktrees import WouldLose

from .gits import Repo, copy_of
from .ruins import contents, kept_of, missing, reachable, reachable_from_here
from .yard import living

NAMES = ["README", "src/main.py", "new", "deep/er/file", "a b", "quo\"te'", "new\nline", "ü\udcff",
         "x.log", "node_modules/y", ".env", "-rf", "src"]  # fmt: skip
Deed = Callable[[Repo, Path], None]


def writing(name: str, content: str) -> Deed:
    def write(repo: Repo, path: Path) -> None:
        """Through no link: what is elsewhere is none of a test's business."""
        file, above = path / name, [path / each for each in Path(name).parents if each.name]
        if file.is_dir() or any(each.is_file() or each.is_symlink() for each in above):
            return
        file.unlink(missing_ok=True)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)

    return write


def removing(name: str) -> Deed:
    def remove(repo: Repo, path: Path) -> None:
        if (path / name).is_dir():
            shutil.rmtree(path / name)
        else:
            (path / name).unlink(missing_ok=True)

    return remove


def linking(name: str) -> Deed:
    def link(repo: Repo, path: Path) -> None:
        removing(name)(repo, path)
        if (path / name).parent.is_dir():
            (path / name).symlink_to("no/where")

    return link


def calling(*words: str) -> Deed:
    def call(repo: Repo, path: Path) -> None:
        repo.git(*words, at=path, okay=range(256))

    return call


def mode(name: str) -> Deed:
    def change(repo: Repo, path: Path) -> None:
        if (path / name).is_file():
            (path / name).chmod(0o755)

    return change


names = st.sampled_from(NAMES)
texts = st.sampled_from(["", "one\n", "two\r\nlines\r\n", "\0binary"])
deeds = st.one_of(
    st.builds(writing, names, texts),
    st.builds(removing, names),
    st.builds(linking, names),
    st.builds(mode, names),
    st.sampled_from(
        [
            calling("add", "-A"),
            calling("add", "-Af"),
            calling("commit", "-q", "-am", "work"),
            calling("commit", "-q", "--amend", "--allow-empty", "-m", "other"),
            calling("reset", "-q", "--hard", "HEAD~1"),
            calling("reset", "-q", "--soft", "HEAD~1"),
            calling("checkout", "-q", "--detach"),
            calling("checkout", "-q", "old"),
            calling("merge", "-q", "--no-edit", "main"),
            calling("rebase", "-q", "main"),
            calling("stash", "-q"),
            calling("rm", "-rq", "--cached", "."),
            calling("update-index", "--assume-unchanged", "README"),
            calling("config", "core.autocrlf", "true"),
            calling("cherry-pick", "main"),
        ]
    ),
)


@given(done=st.lists(deeds, min_size=1, max_size=8), takes_branch=st.booleans())
@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_nothing_is_ever_lost(template: Path, done: list[Deed], takes_branch: bool):
    with tempfile.TemporaryDirectory() as place:
        trio.run(_live_through, copy_of(template, Path(place) / "place"), done, takes_branch)


async def _live_through(repo: Repo, done: list[Deed], takes_branch: bool) -> None:
    async with living(repo, repo.path.parent / "daemon") as yard:
        path = await yard.tree("fix")
        for deed in done:
            deed(repo, path)
        before, commits = contents(path), reachable_from_here(repo, path)

        try:
            await yard.remove(path, delete_branch=takes_branch)
        except WouldLose:
            assert (contents(path), reachable_from_here(repo, path)) == (before, commits)
            await yard.remove(path, force=True, delete_branch=takes_branch)

        assert not path.exists()
        assert missing(before, repo, await kept_of(yard), path) == {}
        assert commits <= reachable(repo) | reachable_from_here(repo, repo.path)
        assert len(repo.listed()) == 1
        assert repo.is_well()
