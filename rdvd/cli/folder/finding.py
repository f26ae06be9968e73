"""From the word that somebody typed to the one folder that is meant."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

from rdvd.cli import here
from rdvd.cli.exits import CONFLICT, NOT_FOUND, Failure
from rdvd.cli.offers import PATIENCE, offered

Folder = dict[str, Any]  # Any: JSON, of the shape that /openapi.json describes
SHORTEST_ID = 4
MOST_CANDIDATES = 10
TOP = "top"


def all_folders(seconds: float = 30) -> list[Folder]:
    answer: Any = here.api(seconds).get("/api/folders")
    return answer


def find(word: str) -> Folder:
    return choose(word, all_folders())


def choose(word: str, among: Sequence[Folder]) -> Folder:
    """Names from the top before names alone, and those before beginnings of ids. Pure."""
    places = trails(among)
    for fits in (
        [each for each in among if each["id"] == word],
        [each for each in among if "/" in word and places[each["id"]] == word],
        [each for each in among if each["name"] == word],
        [each for each in among if len(word) >= SHORTEST_ID and each["id"].startswith(word)],
    ):
        if fits:
            return _the_one(word, fits, places)
    raise _unknown(word, among)


def trails(folders: Sequence[Folder]) -> dict[str, str]:
    """Where each is: its name after those of all that it is in. Pure."""
    by_id = {each["id"]: each for each in folders}
    return {each["id"]: "/".join(_names(each, by_id)) for each in folders}


def _names(folder: Folder, by_id: dict[str, Folder]) -> list[str]:
    names, above = [folder["name"]], folder["parent_id"]
    while above in by_id:
        names.append(by_id[above]["name"])
        above = by_id[above]["parent_id"]
    return names[::-1]


def _the_one(word: str, found: Sequence[Folder], places: dict[str, str]) -> Folder:
    from rdvd.cli.words import plain  # lazy: only for a message

    if len(found) == 1:
        return found[0]
    lines = [f"{each['id']}  {plain(places[each['id']])}" for each in found[:MOST_CANDIDATES]]
    hint = "\n".join(["Say which by its names from the top, or by its id:", *lines])
    raise Failure(f"{len(found)} folders may be meant by {plain(word)}", hint=hint, code=CONFLICT)


def _unknown(word: str, among: Sequence[Folder]) -> Failure:
    from difflib import get_close_matches  # lazy: only for a message

    from rdvd.cli.words import plain  # lazy: as above

    near = get_close_matches(word, [each["name"] for each in among], n=1)
    hint = f"Did you mean {plain(near[0])}?" if near else "`rdv folder tree` shows all of them."
    return Failure(f"there is no folder {plain(word)}", hint=hint, code=NOT_FOUND)


def _offered(_: click.Context) -> Iterable[str]:
    """A name where it is the only one, else the names from the top, or else the id."""
    folders = all_folders(PATIENCE)
    places = trails(folders)
    counts = Counter(each["name"] for each in folders) + Counter(places.values())
    return [_word_for(each, places[each["id"]], counts) for each in folders]


def _word_for(folder: Folder, place: str, counts: Mapping[str, int]) -> str:
    """At the top, a name is a place too."""
    if counts[folder["name"]] == (2 if folder["parent_id"] is None else 1):
        return folder["name"]
    return place if counts[place] == 1 else folder["id"]


folders = offered(_offered)
