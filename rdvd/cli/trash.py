"""`rdv trash`: what was taken away, and how it is had back."""

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, urlencode

import click

from rdvd.cli import here
from rdvd.cli.exits import CONFLICT, NOT_FOUND, Failure
from rdvd.cli.offers import PATIENCE, offered
from rdvd.cli.options import confirm, json_option, yes_option
from rdvd.cli.view import Viewing, tell

LONGEST = 700.0  # seconds: from one disk to another it takes its time
SHORTEST_ID = 4
PAGE = 1_000
KINDS = ("session", "folder", "worktree", "file")


def _entries(_: click.Context) -> Iterable[str]:
    found: Any = here.api(PATIENCE).get("/api/trash?limit=1000")
    count = Counter(each["title"] for each in found)
    return [each["title"] if count[each["title"]] == 1 else each["id"] for each in found]


entries = offered(_entries)


@click.group()
def trash() -> None:
    """The trash: whatever is taken away goes there first, and comes back from there.

    ENTRY is a title, an id or the beginning of an id.
    """


@trash.command(cls=Viewing)
@click.option("--kind", type=click.Choice(KINDS), help="Only these.")
@json_option
def ls(kind: str | None, fields: str | None) -> None:
    """What is in the trash, newest first."""
    found = _all(kind)
    tell(found, fields, _table(found) if fields is None else "")


@trash.command(cls=Viewing)
@click.argument("entry", shell_complete=entries)
@click.option("--to", metavar="PLACE", help="A directory for files; a folder, or top, for folders.")
@json_option
def restore(entry: str, to: str | None, fields: str | None) -> None:
    """Take it out, to where it was or elsewhere. Nothing is ever overwritten."""
    found = _find(entry)
    if to is not None and found["kind"] in ("file", "worktree"):
        to = here.path_of(to)
    restored: Any = here.api(LONGEST).request(
        "POST", f"/api/trash/{found['id']}/restore", json.dumps({"to": to})
    )
    tell(restored, fields, _sentence(restored))


@trash.command(cls=Viewing)
@click.argument("entry", shell_complete=entries)
@click.option("--dry-run", "-n", is_flag=True, help="Only say what would be removed.")
@yes_option
@json_option
def rm(entry: str, dry_run: bool, is_confirmed: bool, fields: str | None) -> None:
    """Remove it for good. Asks first."""
    found = _find(entry)
    if dry_run:
        tell(found, fields, _table([found]))
        return
    confirm(f"{_table([found])}\nRemove it for good?", is_confirmed=is_confirmed)
    gone: Any = here.api(LONGEST).request("DELETE", f"/api/trash/{found['id']}")
    tell(gone, fields, "It is gone.")


@trash.command(cls=Viewing)
@click.option("--older-than", metavar="AGE", help="Only what was thrown away so long ago: 12h, 7d.")
@click.option("--dry-run", "-n", is_flag=True, help="Only say how much it would be.")
@yes_option
@json_option
def empty(older_than: str | None, dry_run: bool, is_confirmed: bool, fields: str | None) -> None:
    """Remove all that is in it for good. Asks first."""
    query = {} if older_than is None else {"older_than": older_than}
    would = _empty({**query, "dry_run": "true"})
    if dry_run or not would["entries"]:
        said = f"{would['entries']} entries, {_size(would['bytes'])}."
        tell(would, fields, said + _of_waiting(would))
        return
    question = f"Remove {would['entries']} entries ({_size(would['bytes'])}) for good?"
    confirm(question, is_confirmed=is_confirmed)
    gone = _empty(query)
    tell(gone, fields, f"{gone['entries']} entries are gone." + _of_waiting(gone))


def _of_waiting(emptied: Any) -> str:
    if not emptied["waiting"]:
        return ""
    return (
        f"\n{emptied['waiting']} more are as old by the date alone, for the clock has jumped: that"
        f" counts after {_hours(emptied['waits_seconds'])} of running. `rdv trash rm` removes one"
        " now."
    )


def _all(kind: str | None = None) -> list[Any]:
    found: list[Any] = []
    while True:
        query = {"limit": str(PAGE), "kind": kind, "before": found[-1]["id"] if found else None}
        told = {name: word for name, word in query.items() if word is not None}
        page: Any = here.api().get(f"/api/trash?{urlencode(told)}")
        found += page
        if len(page) < PAGE:
            return found


def _find(word: str) -> Any:
    """By id or title, as the daemon knows it; or by the beginning of an id."""
    from rdvd.cli.words import plain  # lazy: `rdv --help` reads this file too

    try:
        return here.api().get(f"/api/trash/{quote(word, safe='')}")
    except Failure as failure:
        if failure.code not in {NOT_FOUND, CONFLICT}:
            raise
    everything = _all()
    named = [each for each in everything if each["title"] == word]
    begun = [each for each in everything if each["id"].startswith(word)]
    fits = named or (begun if len(word) >= SHORTEST_ID else [])
    if len(fits) == 1:
        return fits[0]
    if not fits:
        hint = "`rdv trash ls` shows all that is there."
        raise Failure(f"there is no {plain(word)} in the trash", hint=hint, code=NOT_FOUND)
    hint = f"Use one of these ids:\n{_table(fits[:10])}"
    raise Failure(f"{len(fits)} entries may be meant by {plain(word)}", hint=hint, code=CONFLICT)


def _empty(query: dict[str, str]) -> Any:
    return here.api(LONGEST).request("DELETE", f"/api/trash?{urlencode(query)}")


def _sentence(restored: Any) -> str:
    from rdvd.cli.words import plain  # lazy: as above

    lines = [plain(each) for each in restored["places"]]
    lines += [f"not in the trash any more: {plain(each)}" for each in restored["missing"]]
    lines += [f"note: {plain(each)}" for each in restored["notes"]]
    return "\n".join([f"{plain(restored['entry']['title'])} is back:", *lines])


def _table(found: list[Any]) -> str:
    from rdvd.cli.render import table  # lazy: as above
    from rdvd.cli.words import moment, plain  # lazy: as above

    rows = [
        {
            "kind": each["kind"],
            "title": plain(each["title"]),
            "thrown away": moment(each["thrown_at"]),
            "goes": _end(each),
            "size": _size(each["bytes"]),
            "id": each["id"],
            "place": plain(each["place"] or "-"),
        }
        for each in found
    ]
    return table(rows) or "The trash is empty."


def _end(entry: Any) -> str:
    from rdvd.cli.words import moment  # lazy: as above

    if entry.get("waits_seconds") is None:
        return moment(entry["expires_at"])
    return f"after {_hours(entry['waits_seconds'])} of running"


def _hours(seconds: int) -> str:
    """Rounded up, for nothing goes earlier."""
    return f"{-(-seconds // 3600)} h"


def _size(count: int) -> str:
    size, unit = float(count), "B"
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if size < 1024 or unit == "TiB":
            break
        size /= 1024
    return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
