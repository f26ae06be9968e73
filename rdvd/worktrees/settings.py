"""What can be configured about worktrees."""

from pathlib import Path

from attrs import frozen


@frozen
class WorktreeSettings:
    """`logs`: where the output of hooks is kept."""

    logs: Path
    program: str = "git"
    copied: tuple[str, ...] = ()
    disposable: tuple[str, ...] = ()
    fetches: bool = True
    fetch_seconds: float = 20.0
    hook_seconds: float = 600.0
    git_seconds: float = 300.0
    idle_seconds: float = 60.0
