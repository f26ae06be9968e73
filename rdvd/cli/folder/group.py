"""The words after `rdv folder`; each command is read when it is asked for."""

from importlib import import_module

import click

WHERE = {
    "context": "rdvd.cli.folder.context",
    "ls": "rdvd.cli.folder.looking",
    "mv": "rdvd.cli.folder.changing",
    "new": "rdvd.cli.folder.changing",
    "rm": "rdvd.cli.folder.removing",
    "set": "rdvd.cli.folder.changing",
    "show": "rdvd.cli.folder.looking",
    "tree": "rdvd.cli.folder.looking",
}
AS_PYTHON = {"set": "change"}  # a name that is taken there


class Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *WHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in WHERE:
            return super().get_command(ctx, cmd_name)
        return getattr(import_module(WHERE[cmd_name]), AS_PYTHON.get(cmd_name, cmd_name))


@click.group(cls=Commands)
def folder() -> None:
    """Folders: a tree that sessions are put into, with preferences that they inherit.

    FOLDER is a name, names from the top such as work/api, an id or the beginning of an id.
    """
