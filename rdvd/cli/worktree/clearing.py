"""`rdv worktree cleanup`."""

from typing import Any

import click

from rdvd.cli.options import confirm, json_option, yes_option
from rdvd.cli.view import Viewing, tell
from rdvd.cli.worktree.asking import directory_option, place, send, told


@click.command(cls=Viewing)
@click.option("--remove", "removes", is_flag=True, help="Remove them. Asks first.")
@yes_option
@directory_option
@json_option
def cleanup(removes: bool, is_confirmed: bool, directory: str | None, fields: str | None) -> None:
    """Find worktrees that nobody needs: merged, missing, or of a session that is closed.

    Without --remove nothing is changed. What would lose anything is never removed.
    """
    order = {"repo_path": place(directory), "dry_run": True}
    found: Any = send("POST", "/cleanup", order)
    if not removes:
        tell(found, fields, _draw(found["found"]))
        return
    going = [each for each in found["found"] if each["is_removable"]]
    if going:
        confirm(f"{_draw(going)}\nRemove these?", is_confirmed=is_confirmed)
        found = send("POST", "/cleanup", {**order, "dry_run": False})
    tell(found, fields, f"{len(found['removed'])} of {len(found['found'])} found were removed.")


def _draw(found: list[Any]) -> str:
    from rdvd.cli.words import plain  # lazy: `rdv --help` reads this file too

    lines: list[str] = []
    for each in found:
        may = "" if each["is_removable"] else ", and stays"
        lines.append(f"{each['why']}{may}: {plain(each['path'])} ({plain(each['branch'] or '-')})")
        lines += [f"    {line}" for line in told(each).splitlines()]
    return "\n".join(lines) or "Nothing to clean up."
