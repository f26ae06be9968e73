"""What there is in a repository, as it was seen at one moment."""

from pathlib import Path

from attrs import frozen


@frozen
class Found:
    """A repository, and the working tree in it from which it was found (None: a bare one).

    `common` is the directory that all its worktrees share, without symbolic links: its identity.
    """

    common: Path
    git_dir: Path
    top: Path | None

    @property
    def main(self) -> Path | None:
        """The tree that the repository was made with, if it has the usual shape."""
        return self.common.parent if self.common.name == ".git" else None

    @property
    def home(self) -> Path:
        """Where git is run for what concerns the whole repository."""
        main = self.main
        return main if main is not None and main.is_dir() else self.common


@frozen
class Listed:
    """One line of the list of worktrees. `head`: None on a branch that has no commit yet."""

    path: str
    head: str | None
    branch: str | None = None  # None: detached, or bare
    is_main: bool = False
    is_bare: bool = False
    is_missing: bool = False  # its directory is gone
    lock: str | None = None  # the reason, "" for none; None: not locked
    admin: str | None = None  # the name by which the repository knows it


@frozen
class Branch:
    """`ahead` and `behind` of its upstream, where they were asked for and can be told."""

    name: str
    head: str
    upstream: str | None = None
    ahead: int | None = None
    behind: int | None = None
    worktree: str | None = None  # where it is checked out


@frozen
class Entry:
    """One path of `git status`: `index` and `tree` are its two letters, `.` for no change."""

    path: str
    index: str
    tree: str
    mode: str = ""  # in the working tree, as git writes it; "000000": not there
    is_submodule: bool = False

    @property
    def is_unmerged(self) -> bool:
        return self.index == "U" or self.tree == "U" or self.index == self.tree in ("A", "D")


@frozen
class Status:
    """What `git status` tells of one working tree."""

    head: str | None
    branch: str | None
    upstream: str | None = None
    ahead: int | None = None
    behind: int | None = None
    changed: tuple[Entry, ...] = ()
    untracked: tuple[str, ...] = ()  # a directory ends with a slash
    ignored: tuple[str, ...] = ()

    @property
    def staged(self) -> int:
        return sum(each.index != "." for each in self.changed)

    @property
    def modified(self) -> int:
        return sum(each.tree != "." for each in self.changed)

    @property
    def is_clean(self) -> bool:
        return not self.changed and not self.untracked


@frozen
class FileChange:
    """Lines of one file; None for what has no lines."""

    path: str
    added: int | None
    removed: int | None


@frozen
class Diff:
    """From where the two histories part to what is in the working tree now."""

    base: str
    commits: int
    files: tuple[FileChange, ...]
    is_cut: bool = False
