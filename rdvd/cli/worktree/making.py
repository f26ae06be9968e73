"""`rdv worktree new`."""

from typing import Any

import click

from rdvd.cli.options import json_option
from rdvd.cli.view import Viewing, tell
from rdvd.cli.worktree.asking import directory_option, place, send
from rdvd.cli.worktree.offers import branches


@click.command(cls=Viewing)
@click.argument("branch", shell_complete=branches)
@click.option("--base", metavar="COMMIT", help="Where a new branch begins; else where you are.")
@click.option(
    "--path", metavar="PATH", type=click.Path(), help="Its place; else beside the repository."
)
@click.option("--no-fetch", "is_offline", is_flag=True, help="Do not ask the remote first.")
@directory_option
@json_option
def new(
    branch: str, base: str | None, path: str | None, is_offline: bool, directory: str | None,
    fields: str | None,
) -> None:  # fmt: skip
    """Make a worktree of BRANCH, and BRANCH too if there is none."""
    order = {
        "repo_path": place(directory),
        "branch": branch,
        "base_branch": base,
        "worktree_path": path and place(path),
        "fetch": not is_offline,
    }
    made: Any = send("POST", "", order)
    tell(made, fields, _sentence(made))


def _sentence(made: Any) -> str:
    from rdvd.cli.words import plain  # lazy: `rdv --help` reads this file too

    begun = "begun" if made["created_branch"] else "checked out"
    lines = [f"{plain(made['branch'])} is {begun} in {plain(made['path'])}"]
    if made["copied"]:
        lines.append(f"copied: {', '.join(plain(each) for each in made['copied'])}")
    return "\n".join([*lines, *(plain(each) for each in made["notes"])])
