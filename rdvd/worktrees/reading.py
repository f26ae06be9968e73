"""What files of a repository say, read by dulwich: for use in a thread.

Starts no process, follows no include of a configuration, and writes nothing. Whoever needs it
imports it then: an idle daemon can do without the 10 MiB.
"""

import io
import os
from collections.abc import Mapping
from pathlib import Path

from attrs import evolve, frozen
from dulwich.config import ConfigFile
from dulwich.refs import DiskRefsContainer, Ref, SymrefLoop

from .finding import LARGEST_POINTER, read_config, read_pointer, read_small
from .problems import NoRepository
from .types import Branch, Found, Listed

SYMBOLIC = "ref: "
HEADS = b"refs/heads/"
MOST_WALKED = 5_000  # commits; git, which counts faster, is asked beyond that


def reader_of(found: Found) -> "Reader":
    return Reader(found, DiskRefsContainer(str(found.common)))


@frozen
class Reader:
    """One look at one repository."""

    found: Found
    refs: DiskRefsContainer

    def resolve(self, ref: str) -> str | None:
        """The object that a full name of a ref stands for."""
        try:
            return self.refs[Ref(os.fsencode(ref))].decode()
        except (KeyError, SymrefLoop, OSError, ValueError):
            return None

    def worktrees(self) -> list[Listed]:
        """As `git worktree list` has them: the main one first, the others by their paths."""
        linked = [self._linked(admin) for admin in _admins(self.found.common)]
        return [self._main(), *sorted((each for each in linked if each), key=lambda one: one.path)]

    def _main(self) -> Listed:
        is_bare = self.is_bare()
        main = self.found.main
        path = str(self.found.common if main is None else main)
        if is_bare:
            return Listed(path, None, is_main=True, is_bare=True)
        head, branch = self._head(self.found.common)
        return Listed(path, head, branch, is_main=True)

    def _linked(self, admin: str) -> Listed | None:
        dot_git = _dot_git_of(admin)
        if dot_git is None:
            return None
        head, branch = self._head(admin)
        return Listed(
            path=dot_git.removesuffix("/.git"),
            head=head,
            branch=branch,
            is_missing=not Path(dot_git).exists(),
            lock=_lock_of(admin),
            admin=Path(admin).name,
        )

    def _head(self, git_dir: Path | str) -> tuple[str | None, str | None]:
        """The commit, and the branch if it is on one."""
        ref, commit = _head_of(git_dir)
        if ref is None:
            return commit, None
        return self.resolve(ref), ref.removeprefix("refs/heads/")

    def _checked_out(self) -> dict[str, str]:
        """Where each ref is checked out. What it stands for is not looked up."""
        places = [(self.found.common, None if self.is_bare() else self.found.main)]
        places += [(Path(admin), _tree_of(admin)) for admin in _admins(self.found.common)]
        heads = ((_head_of(git_dir)[0], tree) for git_dir, tree in places)
        return {ref: str(tree) for ref, tree in heads if ref is not None and tree is not None}

    def is_bare(self) -> bool:
        core = _config(self.found, b"core")
        return core.get_boolean(b"core", b"bare", self.found.main is None) is True

    def has_remote(self, name: str) -> bool:
        return (b"remote", os.fsencode(name)) in _config(self.found, b"remote")

    def remote_branch(self, branch: str) -> str | None:
        """The remote-tracking ref of that name, if there is one and no second."""
        found = [
            ref
            for ref in self._under(b"refs/remotes/")
            if ref.partition("/")[2] == branch and not ref.endswith("/HEAD")
        ]
        preferred = f"origin/{branch}"
        if preferred in found:
            return preferred
        return found[0] if len(found) == 1 else None

    def default_base(self) -> str | None:
        """A short name of the branch that others are made for."""
        text = read_pointer(self.found.common / "refs/remotes/origin/HEAD") or ""
        if text.startswith(SYMBOLIC) and self.resolve(text.removeprefix(SYMBOLIC).strip()):
            return text.removeprefix(SYMBOLIC).strip().removeprefix("refs/remotes/")
        _, branch = self._head(self.found.common)
        for each in (branch, "main", "master"):
            if each is not None and self.resolve(f"refs/heads/{each}"):
                return each
        return None

    def branches(self, *, counts: bool = False) -> list[Branch]:
        upstreams = _Upstreams(self, _config(self.found, b"branch", b"remote"))
        used = self._checked_out()
        found: list[Branch] = []
        for name, head in sorted(self._under(HEADS).items()):
            tree = used.get(f"refs/heads/{name}")
            branch = Branch(name, head, upstreams.of(name), worktree=tree)
            found.append(self._counted(branch, upstreams) if counts else branch)
        return found

    def _counted(self, branch: Branch, upstreams: "_Upstreams") -> Branch:
        theirs = upstreams.head_of(branch.name)
        counts = None if theirs is None else self.distance(branch.head, theirs)
        return branch if counts is None else evolve(branch, ahead=counts[0], behind=counts[1])

    def _under(self, prefix: bytes) -> Mapping[str, str]:
        found = self.refs.as_dict(Ref(prefix))
        return {os.fsdecode(name): head.decode() for name, head in found.items()}

    def distance(self, ours: str, theirs: str) -> tuple[int, int] | None:
        """How many commits only the one side has, and only the other. None: too many to walk."""
        if ours == theirs:
            return 0, 0
        from .walking import walk  # lazy: it brings dulwich's object store

        return walk(self.found, ours, theirs, MOST_WALKED)


@frozen
class _Upstreams:
    """Which ref each branch follows, by the repository's own configuration."""

    reader: Reader
    config: ConfigFile

    def of(self, branch: str) -> str | None:
        ref = self._ref(branch)
        if ref is None:
            return None
        return ref.removeprefix("refs/remotes/").removeprefix("refs/heads/")

    def head_of(self, branch: str) -> str | None:
        ref = self._ref(branch)
        return None if ref is None else self.reader.resolve(ref)

    def _ref(self, branch: str) -> str | None:
        section = (b"branch", os.fsencode(branch))
        remote, merge = self._value(section, b"remote"), self._value(section, b"merge")
        if remote is None or merge is None:
            return None
        if remote == ".":
            return merge
        spec = self._value((b"remote", os.fsencode(remote)), b"fetch") or ""
        theirs, _, ours = spec.removeprefix("+").partition(":")
        if not theirs.endswith("*") or not ours.endswith("*"):
            return ours if theirs == merge else None
        if not merge.startswith(theirs[:-1]):
            return None
        return ours[:-1] + merge.removeprefix(theirs[:-1])

    def _value(self, section: tuple[bytes, bytes], name: bytes) -> str | None:
        try:
            return os.fsdecode(self.config.get(section, name))
        except KeyError:
            return None


def _config(found: Found, *sections: bytes) -> ConfigFile:
    """Only what is asked for is read: a configuration has a section for every branch."""
    content = read_config(found.common / "config")
    heads = tuple(b"[" + each for each in sections)
    lines: list[bytes] = []
    is_wanted = False
    for line in content.splitlines(keepends=True):
        if line.lstrip().startswith(b"["):
            is_wanted = line.lstrip().lower().startswith(heads)
        if is_wanted:
            lines.append(line)
    try:
        return ConfigFile.from_file(io.BytesIO(b"".join(lines)), expand_includes=False)
    except ValueError as error:
        raise NoRepository(f"{found.common / 'config'}: {error}") from error


def _admins(common: Path) -> list[str]:
    try:
        with os.scandir(common / "worktrees") as entries:
            return [each.path for each in entries if each.is_dir()]
    except (FileNotFoundError, NotADirectoryError):
        return []


def _dot_git_of(admin: str) -> str | None:
    pointer = read_pointer(f"{admin}/gitdir")
    if not pointer:
        return None
    return os.path.normpath(pointer if pointer.startswith("/") else f"{admin}/{pointer}")


def _tree_of(admin: str) -> Path | None:
    dot_git = _dot_git_of(admin)
    return None if dot_git is None else Path(dot_git.removesuffix("/.git"))


def _head_of(git_dir: Path | str) -> tuple[str | None, str | None]:
    """The ref that it stands for, or else the commit."""
    text = read_pointer(f"{git_dir}/HEAD") or ""
    if not text.startswith(SYMBOLIC):
        return None, text.strip() or None
    return text.removeprefix(SYMBOLIC).strip(), None


def _lock_of(admin: str) -> str | None:
    text = read_small(f"{admin}/locked", LARGEST_POINTER)
    return None if text is None else text.decode("utf-8", "backslashreplace").strip()
