"""`rdv session suspend`, `resume`, `restart`, `rename`, `mv`."""

import click

from rdvd.cli.exits import USAGE, Failure
from rdvd.cli.folder.finding import find as folder_named
from rdvd.cli.folder.finding import folders
from rdvd.cli.options import confirm, json_option, yes_option
from rdvd.cli.session.asking import act, ask, name_of, tell
from rdvd.cli.session.finding import find
from rdvd.cli.session.offers import open_sessions
from rdvd.cli.view import Viewing


@click.command(cls=Viewing)
@click.argument("name", shell_complete=open_sessions)
@click.option("--freeze", is_flag=True, help="Also stop all of its processes.")
@json_option
def suspend(name: str, freeze: bool, fields: str | None) -> None:
    """Let nobody watch or type for a while; what runs in it goes on, or is frozen."""
    after = act(name, "/suspend", {"freeze": freeze})
    tell(after, fields, f"{name_of(after)} is suspended{', and frozen' if freeze else ''}.")


@click.command(cls=Viewing)
@click.argument("name", shell_complete=open_sessions)
@click.option("--relaunch", is_flag=True, help="Begin it anew if nothing runs in it any more.")
@json_option
def resume(name: str, relaunch: bool, fields: str | None) -> None:
    """Let a suspended session go on."""
    after = act(name, "/resume", {"relaunch": relaunch})
    tell(after, fields, f"{name_of(after)} goes on.")


@click.command(cls=Viewing)
@click.argument("name", shell_complete=open_sessions)
@yes_option
@json_option
def restart(name: str, is_confirmed: bool, fields: str | None) -> None:
    """End what runs in a session and begin it anew. Asks first if something runs."""
    session = find(name)
    if session["status"] in {"active", "suspended"}:
        confirm(f"{what_runs(session)} Restart it?", is_confirmed=is_confirmed)
    after = ask(session, "/restart")
    tell(after, fields, f"{name_of(after)} has begun anew.")


@click.command(cls=Viewing)
@click.argument("name", shell_complete=open_sessions)
@click.argument("new_name", metavar="NEW")
@json_option
def rename(name: str, new_name: str, fields: str | None) -> None:
    """Call a session NEW."""
    session = find(name)
    after = ask(session, "", {"name": new_name}, method="PATCH")
    tell(after, fields, f"{name_of(session)} is {name_of(after)} now.")


@click.command(cls=Viewing)
@click.argument("name", shell_complete=open_sessions)
@click.argument("folder", required=False, shell_complete=folders)
@click.option("--out", "is_out", is_flag=True, help="Out of its folder.")
@json_option
def mv(name: str, folder: str | None, is_out: bool, fields: str | None) -> None:
    """Put a session into FOLDER, or with --out into none."""
    if (folder is None) != is_out:
        raise Failure("either FOLDER or --out", hint="One of both says where to.", code=USAGE)
    chosen = None if folder is None else folder_named(folder)["id"]
    after = act(name, "/folder", {"folder_id": chosen}, method="PUT")
    where = "in no folder" if is_out else f"in folder {folder}"
    tell(after, fields, f"{name_of(after)} is {where} now.")


def what_runs(session: dict[str, object]) -> str:
    from rdvd.cli.session import words  # lazy: only when something is at stake

    return f"{name_of(session)} runs {words.program(session)} (pid {session['pid']})."
