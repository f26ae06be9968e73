"""What can be lost with a worktree: ways to put it there, and ways to see where it is."""

import os
import subprocess
from pathlib import Path

from .gits import Repo
from .yard import Yard


def modify(repo: Repo, path: Path) -> None:
    repo.write("README", "changed\n", at=path)


def stage(repo: Repo, path: Path) -> None:
    repo.write("new", "staged\n", at=path)
    repo.git("add", "new", at=path)


def change_a_mode(repo: Repo, path: Path) -> None:
    (path / "README").chmod(0o755)


def leave_untracked(repo: Repo, path: Path) -> None:
    repo.write("notes/today\nand tomorrow", "a thought\n", at=path)


def leave_ignored(repo: Repo, path: Path) -> None:
    repo.write("debug.log", "precious\n", at=path)


def commit(repo: Repo, path: Path) -> None:
    repo.commit("work", "done\n", at=path)


def detach(repo: Repo, path: Path) -> None:
    repo.git("checkout", "-q", "--detach", at=path)
    repo.commit("work", "done\n", at=path)


def hide(repo: Repo, path: Path) -> None:
    repo.git("update-index", "--assume-unchanged", "README", at=path)
    modify(repo, path)


def conflict(repo: Repo, path: Path) -> None:
    repo.git("branch", "other", at=path)
    repo.commit("README", "ours\n", at=path)
    repo.git("checkout", "-q", "other", at=path)
    repo.commit("README", "theirs\n", at=path)
    repo.git("merge", "fix", at=path, okay=(1,))


def nest(repo: Repo, path: Path) -> None:
    repo.git("init", "-q", "inside", at=path)
    repo.commit("own", "1\n", at=path / "inside")


def nest_in_what_git_has(repo: Repo, path: Path) -> None:
    """git status looks at the files around such a repository, and never at the repository."""
    repo.commit("lib/code", "1\n", at=path)
    repo.git("branch", "kept", at=path)
    repo.git("init", "-q", "lib", at=path)
    repo.git("commit", "-q", "--allow-empty", "-m", "own", at=path / "lib")


def nest_what_is_broken(repo: Repo, path: Path) -> None:
    """For git status such a directory is empty."""
    repo.write("lost/.git/objects/pack/work", "packed\n", at=path)


def fill_the_place_of_a_submodule(repo: Repo, path: Path) -> None:
    head = repo.git("rev-parse", "HEAD")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{head},module", at=path)
    repo.git("commit", "-q", "-m", "module", at=path)
    repo.git("branch", "kept", at=path)
    repo.write("module/notes", "precious\n", at=path)


def put_a_file_in_the_place_of_a_submodule(repo: Repo, path: Path) -> None:
    fill_the_place_of_a_submodule(repo, path)
    (path / "module/notes").unlink()
    (path / "module").rmdir()
    repo.write("module", "precious\n", at=path)


def hide_a_link(repo: Repo, path: Path) -> None:
    repo.git("update-index", "--assume-unchanged", "link", at=path)
    (path / "link").unlink()
    (path / "link").symlink_to("a place to remember")


def hide_behind_a_case(repo: Repo, path: Path) -> None:
    """As in a repository that was made on a file system that does not care."""
    repo.git("config", "core.ignoreCase", "true")
    repo.write("ReadMe", "precious\n", at=path)


def hide_behind_a_clock(repo: Repo, path: Path) -> None:
    """git takes a file for unchanged by its size and a time that anybody can set."""
    repo.git("config", "core.trustCtime", "false")
    repo.git("config", "core.checkStat", "minimal")
    file = path / "README"
    os.utime(file, (1, 1))
    repo.git("update-index", "--refresh", at=path)
    new = repo.write(".new", file.read_text().swapcase(), at=path)
    os.utime(new, (1, 1))
    new.replace(file)


def lead_a_directory_elsewhere(repo: Repo, path: Path) -> None:
    repo.commit("lib/code", "1\n", at=path)
    (path / "lib").rename(path.parent / "elsewhere")
    (path / "lib").symlink_to(path.parent / "elsewhere")


def contents(top: Path, only: str = "") -> dict[str, bytes]:
    """All files below, links as where they lead."""
    found: dict[str, bytes] = {}
    for path in (top / only, *(top / only).rglob("*")):
        name = str(path.relative_to(top))
        if path.is_symlink():
            found[name] = os.fsencode(path.readlink())
        elif path.is_file() and name != ".git":
            found[name] = path.read_bytes()
    return found


async def kept_of(yard: Yard) -> dict[Path, Path]:
    found: dict[Path, Path] = {}
    for entry in await yard.entries():
        found |= yard.kept(entry)
    return found


def missing(
    before: dict[str, bytes], repo: Repo, moved: dict[Path, Path], path: Path
) -> dict[str, bytes]:
    """What is neither in the trash nor in a commit that something holds, with these very bytes."""
    kept: dict[str, bytes] = {}
    for origin, place in moved.items():
        if path in origin.parents:
            own = str(origin.relative_to(path))
            inside = contents(place.parent, place.name)
            kept |= {own + name.removeprefix(place.name): each for name, each in inside.items()}
    blobs = set(repo.git("rev-list", "--objects", "--no-object-names", "--all").split())
    return {
        name: content
        for name, content in before.items()
        if kept.get(name) != content and hash_of(repo, content) not in blobs
    }


def hash_of(repo: Repo, content: bytes) -> str:
    done = subprocess.run(
        ["git", "hash-object", "--stdin"], input=content, cwd=repo.path, env=repo.environment,
        capture_output=True, check=True,
    )  # fmt: skip
    return done.stdout.decode().strip()


def reachable(repo: Repo) -> set[str]:
    """From refs alone: what no clean-up of git ever removes."""
    return set(repo.git("rev-list", "--all").split())


def reachable_from_here(repo: Repo, path: Path) -> set[str]:
    return set(repo.git("rev-list", "--all", "--reflog", "HEAD", at=path).split())
