"""The words after `rdv worktree`; each command is read when it is asked for."""

from importlib import import_module

import click

WHERE = {
    "cleanup": "rdvd.cli.worktree.clearing",
    "ls": "rdvd.cli.worktree.looking",
    "new": "rdvd.cli.worktree.making",
    "rm": "rdvd.cli.worktree.removing",
    "status": "rdvd.cli.worktree.looking",
    "trust": "rdvd.cli.worktree.trusting",
}


class Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *WHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in WHERE:
            return super().get_command(ctx, cmd_name)
        return getattr(import_module(WHERE[cmd_name]), cmd_name)


@click.group(cls=Commands)
def worktree() -> None:
    """Worktrees: a branch with a directory of its own for each thing that is worked on.

    The repository is the one that you are in, or that of --dir. TREE is a path or a branch.
    """
