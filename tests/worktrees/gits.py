"""The real git, as its user would call it, and repositories to call it in."""

import os
import shutil
import signal
import subprocess
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

IDENTITY = (
    "[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n"
    '[protocol "file"]\n\tallow = always\n'
)


@frozen
class Repo:
    """A repository with a place of its own; `home` holds the configuration of the account."""

    path: Path
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        return environment(self.home)

    def git(self, *words: str, at: Path | None = None, okay: Sequence[int] = (0,)) -> str:
        return git(at or self.path, *words, home=self.home, okay=okay)

    def write(self, name: str, content: str, at: Path | None = None) -> Path:
        file = (at or self.path) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
        return file

    def commit(self, name: str, content: str, at: Path | None = None) -> str:
        self.write(name, content, at)
        self.git("add", "--", name, at=at)
        self.git("commit", "-q", "-m", f"change {name}", at=at)
        return self.git("rev-parse", "HEAD", at=at)

    def listed(self) -> list[dict[str, str]]:
        """What `git worktree list` says."""
        blocks = self.git("worktree", "list", "--porcelain").split("\n\n")
        told = [[line.partition(" ") for line in block.splitlines()] for block in blocks if block]
        return [{name: value for name, _, value in lines} for lines in told]

    def is_well(self) -> bool:
        self.git("fsck", "--no-dangling", "--no-progress")
        return True


def environment(home: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH",) if name in os.environ}
    return kept | {"HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8"}


def git(where: Path, *words: str, home: Path, okay: Sequence[int] = (0,)) -> str:
    done = subprocess.run(
        ["git", *words], cwd=where, env=environment(home), capture_output=True, check=False
    )
    assert done.returncode in okay, (words, done.returncode, done.stderr.decode())
    return os.fsdecode(done.stdout.rstrip(b"\n"))


def make_template(place: Path) -> Path:
    """Three commits on main, a branch beside it, and files of every kind."""
    home, path = place / "home", place / "project"
    home.mkdir(parents=True)
    (home / ".gitconfig").write_text(IDENTITY)
    path.mkdir()
    repo = Repo(path, home)
    repo.git("init", "-q")
    repo.write("README", "hello\n")
    repo.write("src/main.py", "print('hello')\n")
    repo.write(".gitignore", "*.log\nnode_modules/\n.env*\n")
    (path / "link").symlink_to("README")
    (path / "run.sh").write_text("#!/bin/sh\n")
    (path / "run.sh").chmod(0o755)
    repo.git("add", ".")
    repo.git("commit", "-q", "-m", "begin")
    repo.commit("src/more.py", "more = 1\n")
    repo.git("branch", "old", "HEAD~1")
    return place


def copy_of(template: Path, place: Path) -> Repo:
    shutil.copytree(template, place, symlinks=True, dirs_exist_ok=True)
    return Repo(place / "project", place / "home")


def shell(repo: Repo, line: str) -> None:
    """As a person types it."""
    subprocess.run(
        line, shell=True, cwd=repo.path, env=repo.environment, check=True, capture_output=True
    )


def vanish(path: Path) -> None:
    """By another hand than ours."""
    shutil.rmtree(path)


@contextmanager
def somebody(cwd: Path, reads: Path | None = None) -> Generator[int]:
    """A process in a directory, perhaps with a file open; not of our own making."""
    line = ["sh", "-c", "exec 3<&0; sleep 60 >/dev/null & echo $!; wait"]
    with (
        (reads or Path("/dev/null")).open() as file,
        subprocess.Popen(
            line, cwd=cwd, stdin=file, stdout=subprocess.PIPE, start_new_session=True
        ) as shell,
    ):
        assert shell.stdout is not None
        try:
            yield int(shell.stdout.readline())
        finally:
            os.killpg(shell.pid, signal.SIGKILL)
