"""A line of the daemon's log, which is JSON, as a person reads it."""

import json
from datetime import datetime
from typing import Any

from rdvd.cli.words import plain

FIRST = ("at", "level", "logger", "event")


def shown(line: str) -> str:
    """`12:00:01 warning actors: crashed place=rdvd/auth`. What is no such line stays as it is."""
    try:
        said: dict[str, Any] = dict(json.loads(line))
        at, level, logger, event = (str(said.pop(name)) for name in FIRST)
        moment = datetime.fromisoformat(at).astimezone()
    except (ValueError, TypeError, KeyError):
        return plain(line)
    below = str(said.pop("traceback", ""))
    facts = "".join(f" {name}={_value(value)}" for name, value in said.items())
    head = plain(f"{moment:%Y-%m-%d %H:%M:%S} {level} {logger}: {event}{facts}")
    return "\n".join([head, *(f"    {plain(each)}" for each in below.splitlines())])


def _value(value: object) -> str:
    if isinstance(value, str) and value and " " not in value:
        return value
    return json.dumps(value, ensure_ascii=False)
