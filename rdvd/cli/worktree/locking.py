"""`rdv worktree lock` and `unlock`."""

import click

from rdvd.cli.options import json_option
from rdvd.cli.view import Viewing, tell
from rdvd.cli.worktree.asking import directory_option, find, place, send
from rdvd.cli.worktree.offers import trees


@click.command(cls=Viewing)
@click.argument("tree", shell_complete=trees)
@click.option("--reason", default="", metavar="WHY", help="Shown to whoever wants to remove it.")
@directory_option
@json_option
def lock(tree: str, reason: str, directory: str | None, fields: str | None) -> None:
    """Say that a worktree must not go: nobody removes it, forced or not, until it is unlocked."""
    order = _order(tree, directory) | {"reason": reason}
    tell(send("POST", "/lock", order), fields, "It is locked.")


@click.command(cls=Viewing)
@click.argument("tree", shell_complete=trees)
@directory_option
@json_option
def unlock(tree: str, directory: str | None, fields: str | None) -> None:
    """Let a worktree go again, if somebody asks."""
    tell(send("POST", "/unlock", _order(tree, directory)), fields, "It is locked no more.")


def _order(tree: str, directory: str | None) -> dict[str, str]:
    return {"worktree_path": find(tree, directory), "repo_path": place(directory)}
