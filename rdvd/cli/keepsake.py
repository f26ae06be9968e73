"""The token of this command line, in its file, and beside it which token that is.

`cli-token` holds the token and nothing else, for other programs read it too. Only the daemon can
tell its id from it and does not say, so the id is noted with a digest of the token it belongs to:
a file that somebody else has put there is not mistaken for ours.
"""

import hashlib
import json
from pathlib import Path

from attrs import frozen

from rdvd.cli import here
from rdvd.cli.refusals import told
from rdvd.ground.private import make_directory, read_private, write_private


@frozen
class Keepsake:
    token: str
    id: str | None  # None: somebody else wrote the file


def read() -> Keepsake | None:
    with told():
        content = read_private(here.cli_token())
        note = read_private(_note())
    token = (content or b"").decode(errors="replace").strip()
    return Keepsake(token, _id_in(note, token)) if token else None


def write(token: str, id: str) -> None:
    note = {"id": id, "sha256": _digest(token)}
    with told():
        make_directory(here.home(), may_be_link=True)
        write_private(_note(), json.dumps(note).encode())
        write_private(here.cli_token(), f"{token}\n".encode())


def remove() -> None:
    with told():
        here.cli_token().unlink(missing_ok=True)
        _note().unlink(missing_ok=True)


def _note() -> Path:
    return here.home() / "cli-token.about"


def _id_in(note: bytes | None, token: str) -> str | None:
    try:
        about = json.loads(note or b"{}")
        return str(about["id"]) if about["sha256"] == _digest(token) else None
    except (ValueError, KeyError, TypeError):
        return None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
