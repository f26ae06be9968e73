"""How a record becomes a line: JSON for programs, text for people, both without secrets."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

from rdvd.ground.redaction import redact, redact_member

SAID = "_said"  # what was made of a record, for all who write it
STANDARD = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName", SAID}
OURS = {"at", "level", "logger", "event", "traceback"}
CONTROLS = {
    **{code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if code != 9},
    0x2028: "\\u2028",
    0x2029: "\\u2029",
    10: "\\n",
    13: "\\r",
}
WITHOUT_NEWLINES = {code: text for code, text in CONTROLS.items() if code != 10}
PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))


def members(record: logging.LogRecord) -> dict[str, Any]:
    """Everything a record says, by name; found out once, however many write it."""
    made: dict[str, Any] | None = getattr(record, SAID, None)
    if made is None:
        made = _members(record)
        setattr(record, SAID, made)
    return dict(made)


def _members(record: logging.LogRecord) -> dict[str, Any]:
    """What the caller called as we do gets another name."""
    at = datetime.fromtimestamp(record.created, UTC)
    said = {
        "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": redact(record.name),
        "event": redact(record.getMessage()),
    }
    for name, value in extras(record).items():
        said[f"extra_{name}" if name in OURS else redact(name)] = redact_member(name, value)
    if traceback := _traceback(record):
        said["traceback"] = traceback
    return said


def extras(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in STANDARD}


class JsonLines(logging.Formatter):
    """One object per line."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(members(record), ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """`12:00:01.250 WARNING actors: crashed place=root/clock`, and the traceback below it."""

    def format(self, record: logging.LogRecord) -> str:
        said = members(record)
        at, level, logger, event = (said.pop(name) for name in ("at", "level", "logger", "event"))
        traceback: str = said.pop("traceback", "")
        facts = "".join(f" {name}={_shown(value)}" for name, value in said.items())
        # Whoever is quoted in a line must not write a second one, nor speak to the terminal.
        line = f"{at[11:-1]} {level.upper()} {logger}: {event}{facts}".translate(CONTROLS)
        below = traceback.translate(WITHOUT_NEWLINES).replace("\n", "\n    ")
        return f"{line}\n    {below}" if below else line


class ForJournal(logging.Formatter):
    """Each line with its priority, which journald takes off again; see sd-daemon(3)."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        prefix = f"<{next((p for level, p in PRIORITIES if record.levelno >= level), 7)}>"
        return "\n".join(prefix + line for line in self._inner.format(record).split("\n"))


def _traceback(record: logging.LogRecord) -> str:
    texts: list[str] = []
    if record.exc_info and record.exc_info[0] is not None:
        texts.append(logging.Formatter().formatException(record.exc_info))
    elif record.exc_text:
        texts.append(record.exc_text)
    if record.stack_info:
        texts.append(record.stack_info)
    return redact("\n".join(texts))


def _shown(value: Any) -> str:
    if isinstance(value, str) and value and not any(c in value for c in " =\"'"):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)
