"""The words after `rdv worktree`; each command is read when it is asked for."""

import click

from rdvd.cli.lazily import Lazily

WHERE = {
    "cleanup": "rdvd.cli.worktree.clearing",
    "lock": "rdvd.cli.worktree.locking",
    "ls": "rdvd.cli.worktree.looking",
    "new": "rdvd.cli.worktree.making",
    "rm": "rdvd.cli.worktree.removing",
    "status": "rdvd.cli.worktree.looking",
    "trust": "rdvd.cli.worktree.trusting",
    "unlock": "rdvd.cli.worktree.locking",
}


@click.group(cls=Lazily, where=WHERE)
def worktree() -> None:
    """Worktrees: a branch with a directory of its own for each thing that is worked on.

    The repository is the one that you are in, or that of --dir. TREE is a path or a branch.
    """
