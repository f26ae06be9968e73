"""`rdv worktree trust`."""

from typing import Any

import click

from rdvd.cli.options import confirm, json_option, yes_option
from rdvd.cli.view import Viewing, tell
from rdvd.cli.worktree.asking import directory_option, get, place, send


@click.command(cls=Viewing)
@click.option("--forget", "forgets", is_flag=True, help="Trust nothing of this project any more.")
@yes_option
@directory_option
@json_option
def trust(forgets: bool, is_confirmed: bool, directory: str | None, fields: str | None) -> None:
    """Show what a project wants to run in its worktrees, and let exactly that be run.

    It is declared in .rdv/worktree.toml. Whatever changes in it has to be trusted anew.
    """
    where = place(directory)
    if forgets:
        answer = send("DELETE", "/trust", {"repo_path": where})
        tell(answer, fields, "Nothing of this project is run any more.")
        return
    hooks: Any = get("/hooks", repo_path=where)
    if not hooks["fingerprint"] or hooks["trusted"]:
        tell(hooks, fields, _draw(hooks))
        return
    confirm(f"{_draw(hooks)}\nLet this be run in new worktrees?", is_confirmed=is_confirmed)
    order = {"repo_path": where, "fingerprint": hooks["fingerprint"]}
    tell(send("POST", "/trust", order), fields, "It is trusted as it is now.")


def _draw(hooks: Any) -> str:
    from rdvd.cli.words import plain  # lazy: `rdv --help` reads this file too

    if not hooks["fingerprint"]:
        return "This project declares nothing to be run."
    lines = [f"setup:    {plain(each)}" for each in hooks["setup"]]
    lines += [f"teardown: {plain(each)}" for each in hooks["teardown"]]
    return "\n".join([*lines, *(["It is trusted."] if hooks["trusted"] else [])])
