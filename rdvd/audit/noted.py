"""The head of the log, noted in a file of its own beside the database."""

import json
from pathlib import Path

from rdvd.ground.backup import note_beside as note_beside
from rdvd.ground.errors import BadInput
from rdvd.ground.json import decode
from rdvd.ground.private import BadPlace, read_private, write_private

from .types import Head


def read_noted(file: Path) -> Head | None:
    """What was noted last; None if nothing was."""
    content = read_private(file)
    if content is None:
        return None
    try:
        return decode(content, Head)
    except BadInput as error:
        hint = "compare the audit log with a backup, then move the file away"
        raise BadPlace(file, f"holds no head of an audit log ({error.detail})", hint) from error


def write_noted(file: Path, head: Head) -> None:
    """At once and for good: what is noted survives a power cut."""
    write_private(file, f"{json.dumps({'count': head.count, 'hash': head.hash})}\n".encode())
