"""`rdv folder rm`."""

from typing import Any

import click

from rdvd.cli import here
from rdvd.cli.exits import CONFLICT, USAGE, Failure
from rdvd.cli.folder.finding import TOP, find, folders
from rdvd.cli.options import confirm, json_option, yes_option
from rdvd.cli.survivors import account_for
from rdvd.cli.view import Viewing, tell

WITH_ALL = "recursive=true"
LONGEST = 700.0  # seconds: what runs in it has its grace to end


@click.command(cls=Viewing)
@click.argument("folder", shell_complete=folders)
@click.option("--recursive", "-r", is_flag=True, help="With all that is in it. Asks first.")
@click.option(
    "--move-to", "into", metavar="FOLDER", shell_complete=folders,
    help="What is in it goes there, or to the top.",
)  # fmt: skip
@click.option("--dry-run", "-n", is_flag=True, help="Only say what would happen.")
@yes_option
@json_option
def rm(
    folder: str, recursive: bool, into: str | None, dry_run: bool, is_confirmed: bool,
    fields: str | None,
) -> None:  # fmt: skip
    """Move a folder to the trash. What is in it goes along, or elsewhere: nothing is lost."""
    if recursive and into is not None:
        raise Failure("-r or --move-to", hint="One of both says what is done.", code=USAGE)
    query = WITH_ALL
    if into is not None:
        query = f"move_to={TOP if into == TOP else find(into)['id']}"
    place = f"/api/folders/{find(folder)['id']}"
    would: Any = here.api().request("DELETE", f"{place}?{query}&dry_run=true")
    is_full = would["folder_count"] > 1 or would["session_count"]
    if is_full and into is None and not recursive:
        hint = f"{_account(would)}\n-r takes it all along, --move-to FOLDER puts it elsewhere."
        raise Failure(f"{folder} is not empty", hint=hint, code=CONFLICT)
    if dry_run:
        tell(would, fields, _account(would))
        return
    if recursive and is_full:
        confirm(f"{_account(would)}\nMove it all to the trash?", is_confirmed=is_confirmed)
    gone: Any = here.api(LONGEST).request("DELETE", f"{place}?{query if is_full or into else ''}")
    tell(gone, fields, f"It is in the trash; `rdv trash restore {gone['trash_id']}` has it back.")
    account_for(gone["survivors"], "some processes would not end")


def _account(removal: Any) -> str:
    from rdvd.cli.words import plain  # lazy: `rdv --help` reads this file too

    folders_, sessions = removal["folders"], removal["sessions"]
    lines = [f"{removal['folder_count']} folders, {removal['session_count']} sessions:"]
    lines += [f"    {plain(each['name'])}" for each in folders_]
    lines += [f"    {plain(each['name'])} ({each['status']})" for each in sessions]
    return "\n".join(lines)
