"""`rdv folder new`, `set` and `mv`."""

import json
from typing import Any

import click

from rdvd.cli import here
from rdvd.cli.exits import USAGE, Failure
from rdvd.cli.folder.finding import TOP, find, folders
from rdvd.cli.options import json_option
from rdvd.cli.view import Viewing, tell

path_option = click.option("--path", type=click.Path(), help="The directory that it stands for.")
color_option = click.option("--color", help="#rrggbb, or a word such as blue.")
icon_option = click.option("--icon", help="A character or two.")


@click.command(cls=Viewing)
@click.argument("name")
@click.option("--in", "parent", metavar="FOLDER", shell_complete=folders, help="Inside this one.")
@path_option
@color_option
@icon_option
@json_option
def new(
    name: str, parent: str | None, path: str | None, color: str | None, icon: str | None,
    fields: str | None,
) -> None:  # fmt: skip
    """Make a folder."""
    order = {
        "name": name,
        "parent_id": None if parent is None else find(parent)["id"],
        "path": _absolute(path),
        "color": color,
        "icon": icon,
    }
    made = _send("POST", "", order)
    tell(made, fields, f"{_name(made)} is there.")


@click.command("set", cls=Viewing)
@click.argument("folder", shell_complete=folders)
@click.option("--name", help="Call it something else.")
@path_option
@color_option
@icon_option
@click.option("--collapsed/--expanded", default=None, help="Whether what is in it is shown.")
@json_option
def change(
    folder: str, name: str | None, path: str | None, color: str | None, icon: str | None,
    collapsed: bool | None, fields: str | None,
) -> None:  # fmt: skip
    """Change a folder. An empty word takes a path, colour or icon away."""
    said: dict[str, Any] = {"path": _absolute(path), "color": color, "icon": icon}
    order = {key: value or None for key, value in said.items() if value is not None}
    order |= {} if name is None else {"name": name}
    order |= {} if collapsed is None else {"collapsed": collapsed}
    if not order:
        raise Failure("nothing to change", hint="`rdv folder set --help` says what.", code=USAGE)
    after = _send("PATCH", f"/{find(folder)['id']}", order)
    tell(after, fields, f"{_name(after)} is changed.")


@click.command(cls=Viewing)
@click.argument("folder", shell_complete=folders)
@click.argument("into", shell_complete=folders)
@json_option
def mv(folder: str, into: str, fields: str | None) -> None:
    """Move a folder with all that is in it INTO another, or to the `top`."""
    parent = None if into == TOP else find(into)["id"]
    after = _send("POST", f"/{find(folder)['id']}/move", {"parent_id": parent})
    tell(after, fields, f"{_name(after)} is moved.")


def _send(method: str, what: str, body: object) -> Any:
    return here.api().request(method, f"/api/folders{what}", json.dumps(body))


def _absolute(path: str | None) -> str | None:
    return path and here.path_of(path)


def _name(folder: Any) -> str:
    from rdvd.cli.words import plain  # lazy: as above

    return plain(folder["name"])
