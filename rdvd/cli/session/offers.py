"""Names of sessions for the shell to complete; an id where two have the same name."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import click

from rdvd.cli import here
from rdvd.cli.offers import PATIENCE, offered


def _open(_: click.Context) -> Iterable[str]:
    return _words(_ask("/api/sessions"))


def _gone(_: click.Context) -> Iterable[str]:
    """Those that `restore` brings back."""
    lost, trashed = (_ask(f"/api/sessions?status={each}") for each in ("lost", "trashed"))
    return _words([*lost, *trashed])


def _ask(path: str) -> Any:
    return here.api(PATIENCE).get(path)


def _words(sessions: Any) -> Iterable[str]:
    count = Counter(each["name"] for each in sessions)
    return [each["name"] if count[each["name"]] == 1 else each["id"] for each in sessions]


open_sessions, gone_sessions = offered(_open), offered(_gone)
