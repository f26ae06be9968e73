"""From the word that somebody typed to the one session that is meant."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from rdvd.cli import here
from rdvd.cli.exits import CONFLICT, NOT_FOUND, USAGE, Failure

Session = dict[str, Any]  # Any: JSON, of the shape that /openapi.json describes
SHORTEST_ID = 4  # characters, for the beginning of an id
MOST_CANDIDATES = 10
GONE = ("closed", "trashed")


def find(word: str) -> Session:
    """By id, by a name that no other has, or by the beginning of an id."""
    if not word:
        raise Failure("the name of a session is missing", code=USAGE)
    try:
        answer: Any = here.api().get(f"/api/sessions/{quote(word, safe='')}")
        if "id" in answer:  # a session may have the name of another route
            return answer
    except Failure as failure:
        if failure.code not in {NOT_FOUND, CONFLICT}:
            raise
    return choose(word, [*sessions(), *(each for gone in GONE for each in sessions(gone))])


def sessions(status: str | None = None) -> list[Session]:
    """Those that are not closed, or those of one status."""
    answer: Any = here.api().get(f"/api/sessions?status={status}" if status else "/api/sessions")
    return answer


def choose(word: str, among: Sequence[Session]) -> Session:
    """The living before the gone, names before beginnings of ids. Pure."""
    living = [each for each in among if each["status"] not in GONE]
    for some in (living, among):
        named = [each for each in some if each["name"] == word]
        if named:
            return _the_one(word, named)
    if len(word) >= SHORTEST_ID:
        begun = [each for each in among if each["id"].startswith(word.lower())]
        if begun:
            return _the_one(word, begun)
    raise _unknown(word, living)


def _the_one(word: str, found: Sequence[Session]) -> Session:
    from rdvd.cli.words import plain  # lazy: only for a message

    if len(found) == 1:
        return found[0]
    shown = [
        f"{each['id']}  {each['status']:<9}  {plain(each['name'])}  {plain(each['project_path'])}"
        for each in found[:MOST_CANDIDATES]
    ]
    more = len(found) - len(shown)
    rest = [f"and {more} more"] if more else []
    lines = "\n".join(["Use one of these ids, or its beginning:", *shown, *rest])
    raise Failure(f"{len(found)} sessions may be meant by {word}", hint=lines, code=CONFLICT)


def _unknown(word: str, living: Sequence[Session]) -> Failure:
    from difflib import get_close_matches  # lazy: only for a message

    from rdvd.cli.words import plain  # lazy: as above

    near = get_close_matches(word, [each["name"] for each in living], n=1)
    hint = f"Did you mean {plain(near[0])}?" if near else "`rdv ls` shows all of them."
    return Failure(f"there is no session {plain(word)}", hint=hint, code=NOT_FOUND)


def shortest_ids(ids: Sequence[str]) -> dict[str, str]:
    """For each id the shortest beginning that no other has. Pure."""
    ordered, short = sorted(ids), dict[str, str]()
    for at, id in enumerate(ordered):
        near = [*ordered[max(0, at - 1) : at], *ordered[at + 1 : at + 2]]
        length = max([8, *(_common(id, other) + 1 for other in near)])
        short[id] = id[:length]
    return short


def _common(one: str, other: str) -> int:
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return length
