"""`rdv worktree rm`."""

from typing import Any

import click

from rdvd.cli.exits import CONFLICT, Failure
from rdvd.cli.options import confirm, json_option, yes_option
from rdvd.cli.view import Viewing, tell
from rdvd.cli.worktree.asking import directory_option, find, place, send, told
from rdvd.cli.worktree.offers import trees


@click.command(cls=Viewing)
@click.argument("tree", shell_complete=trees)
@click.option("--force", "-f", is_flag=True, help="Keep what would be lost elsewhere. Asks first.")
@click.option("--delete-branch", is_flag=True, help="The branch too.")
@click.option("--dry-run", "-n", is_flag=True, help="Only say what would be lost.")
@yes_option
@directory_option
@json_option
def rm(
    tree: str, force: bool, delete_branch: bool, dry_run: bool, is_confirmed: bool,
    directory: str | None, fields: str | None,
) -> None:  # fmt: skip
    """Remove a worktree, unless something would be lost with it.

    With --force all of that goes to a recovery ref and to the trash first, and the answer says how
    to get it back.
    """
    order = {
        "worktree_path": find(tree, directory),
        "repo_path": place(directory),
        "force": force,
        "delete_branch": delete_branch,
    }
    looked: Any = send("DELETE", "", {**order, "dry_run": True})
    if dry_run:
        tell(looked, fields, told(looked) or "Nothing would be lost.")
        return
    _ask(looked, tree, force=force, is_confirmed=is_confirmed)
    removed: Any = send("DELETE", "", order)
    tell(removed, fields, _sentence(removed))


def _ask(looked: Any, tree: str, *, force: bool, is_confirmed: bool) -> None:
    against = told(looked)
    if looked["obstacles"] or (against and not force):
        way = "" if looked["obstacles"] else "\n--force keeps all of it elsewhere first."
        raise Failure(f"{tree} is not removed", hint=f"{against}{way}", code=CONFLICT)
    if against:
        question = f"{against}\nAll of it goes to a recovery ref and to the trash. Remove {tree}?"
        confirm(question, is_confirmed=is_confirmed)


def _sentence(removed: Any) -> str:
    from rdvd.cli.words import plain  # lazy: `rdv --help` reads this file too

    lines = [f"{plain(removed['deleted_path'])} is gone."]
    if removed["branch_deleted"]:
        lines.append(f"So is the branch {plain(removed['branch'])}.")
    lines += [plain(each) for each in removed["notes"]]
    if removed["ways_back"]:
        lines += ["To get back what was in it:"]
        lines += [f"    {plain(each)}" for each in removed["ways_back"]]
    return "\n".join(lines)
