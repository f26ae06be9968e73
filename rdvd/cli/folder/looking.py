"""`rdv folder ls`, `show` and `tree`."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from rdvd.cli import here
from rdvd.cli.folder.finding import Folder, all_folders, find, folders, trails
from rdvd.cli.options import json_option
from rdvd.cli.view import Viewing, tell


@click.command(cls=Viewing)
@click.argument("folder", required=False, shell_complete=folders)
@json_option
def ls(folder: str | None, fields: str | None) -> None:
    """All folders, or those right in FOLDER, in your order."""
    if folder is None:
        found = all_folders()
    else:
        answer: Any = here.api().get(f"/api/folders/{find(folder)['id']}/children")
        found = answer
    tell(found, fields, _table(found) if fields is None else "")


@click.command(cls=Viewing)
@click.argument("folder", shell_complete=folders)
@json_option
def show(folder: str, fields: str | None) -> None:
    """All about a folder."""
    found = find(folder)
    tell(found, fields, _facts(found) if fields is None else "")


@click.command(cls=Viewing)
@json_option
def tree(fields: str | None) -> None:
    """All folders as a tree, with how many sessions are in each."""
    found = all_folders()
    tell(found, fields, _tree(found) if fields is None else "")


def _table(found: Sequence[Folder]) -> str:
    from rdvd.cli.render import table  # lazy: `rdv --help` reads this file too
    from rdvd.cli.session.finding import shortest_ids  # lazy: as above
    from rdvd.cli.words import plain  # lazy: as above

    places, ids = trails(all_folders()), shortest_ids([each["id"] for each in found])
    rows = [
        {
            "name": plain(each["name"]),
            "id": ids[each["id"]],
            "place": plain(places.get(each["id"])),
            "directory": plain(each["path"] or "-"),
        }
        for each in found
    ]
    return table(rows) or "There are no folders. `rdv folder new NAME` makes one."


def _facts(found: Folder) -> str:
    from rdvd.cli.render import facts  # lazy: as above
    from rdvd.cli.words import moment, plain  # lazy: as above

    told = {name: plain(found[name] or "-") for name in ("name", "id", "path", "color", "icon")}
    told["place"] = plain(trails(all_folders()).get(found["id"]))
    told["created"] = moment(found["created_at"])
    return facts(told)


def _tree(found: Sequence[Folder]) -> str:
    from collections import Counter  # lazy: as above

    answer: Any = here.api().get("/api/sessions")
    counts = Counter[str](each["folder_id"] for each in answer if each["folder_id"])
    lines = branches(found, counts)
    return "\n".join(lines) or "There are no folders. `rdv folder new NAME` makes one."


def branches(found: Sequence[Folder], counts: Mapping[str, int]) -> list[str]:
    """A line for each, below that of the folder it is in. Pure; they may be in each other 1,000
    deep, which is deeper than calls may be."""
    from rdvd.cli.words import plain  # lazy: as above

    below: dict[str | None, list[Folder]] = {}
    for each in found:
        below.setdefault(each["parent_id"], []).append(each)
    lines: list[str] = []
    left = _with_indents(below.get(None, []), "")
    while left:
        indent, is_last, folder = left.pop()
        count = counts.get(folder["id"], 0)
        told = f"  {count} session{'' if count == 1 else 's'}" if count else ""
        lines.append(f"{indent}{'└─ ' if is_last else '├─ '}{plain(folder['name'])}{told}")
        left += _with_indents(below.get(folder["id"], []), indent + ("   " if is_last else "│  "))
    return lines


def _with_indents(among: Sequence[Folder], indent: str) -> list[tuple[str, bool, Folder]]:
    """The first of them at the end."""
    return [(indent, each is among[-1], each) for each in reversed(among)]
