"""What can be set about what surrounds sessions."""

from attrs import frozen

from rdvd.config.about import setting

WORKTREES_TAKE = "Whoever makes worktrees is told when the daemon starts."
COPIED = (".env", ".env.local", ".env.development", ".env.development.local")
DISPOSABLE = (
    "node_modules", ".venv", "venv", "__pycache__", "*.pyc", ".mypy_cache", ".pytest_cache",
    ".ruff_cache", ".tox", "*.egg-info", ".hypothesis", ".coverage", "target", "dist", "build",
    ".next", ".cache", ".gradle", ".DS_Store",
)  # fmt: skip


@frozen
class WorktreesConfig:
    """Worktrees of git repositories."""

    git: str = setting(
        "git",
        "The program, by name or path; 2.30 or newer.",
        pattern=r"[\w./+-]+",
        such_as="/opt/git/bin/git",
        restart=WORKTREES_TAKE,
    )
    copy: tuple[str, ...] = setting(
        COPIED,
        "Files that git does not carry, copied from the main worktree into a new one.",
        pattern=r"[^/].*",
        such_as=".env",
        restart=WORKTREES_TAKE,
    )
    disposable: tuple[str, ...] = setting(
        DISPOSABLE,
        "Names of ignored files that keep no worktree from being removed; they go to the trash.",
        such_as="node_modules",
        restart=WORKTREES_TAKE,
    )
    fetch: str = setting(
        "on",
        "Whether a remote `origin` is asked first what is new.",
        choices=("on", "off"),
        restart=WORKTREES_TAKE,
    )
    fetch_seconds: float = setting(
        20.0, "Then it begins with what is known.", low=0.1, high=3_600, restart=WORKTREES_TAKE
    )
    hook_seconds: float = setting(
        600.0,
        "How long one command of a project's setup or teardown may take.",
        low=0.1,
        high=86_400,
        restart=WORKTREES_TAKE,
    )
    checkout_seconds: float = setting(
        300.0,
        "How long git may take to make or remove the files of a worktree.",
        low=1,
        high=86_400,
        restart=WORKTREES_TAKE,
    )
