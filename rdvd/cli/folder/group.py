"""The words after `rdv folder`; each command is read when it is asked for."""

import click

from rdvd.cli.lazily import Lazily

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


@click.group(cls=Lazily, where=WHERE, as_python=AS_PYTHON)
def folder() -> None:
    """Folders: a tree that sessions are put into, with preferences that they inherit.

    FOLDER is a name, names from the top such as work/api, an id or the beginning of an id.
    """
