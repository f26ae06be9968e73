"""What is asked of the daemon about one session, and how its answer is told."""

import json
from typing import Any

from rdvd.cli import here
from rdvd.cli.session.finding import Session, find
from rdvd.cli.view import tell as tell

LONGEST = 150.0  # seconds: ending a session has its grace, which can be configured


def act(
    word: str, verb: str, body: object = None, *, method: str = "POST", seconds: float = LONGEST
) -> Any:
    """Do this to the session that is meant."""
    return ask(find(word), verb, body, method=method, seconds=seconds)


def ask(
    session: Session,
    verb: str,
    body: object = None,
    *,
    method: str = "POST",
    seconds: float = LONGEST,
) -> Any:
    path = f"/api/sessions/{session['id']}{verb}"
    sent = None if body is None else json.dumps(body)
    return here.api(seconds).request(method, path, sent)


def name_of(session: Session) -> str:
    from rdvd.cli.words import plain  # lazy: as above

    return plain(session["name"])
