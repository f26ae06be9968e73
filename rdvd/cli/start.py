"""What `rdv daemon start` does once it is clear that it should."""

import os
import signal
from pathlib import Path

from rdvd.cli import here
from rdvd.cli.exits import CONFLICT, FAILED, TIMED_OUT, USAGE, Failure
from rdvd.cli.launch import Ended, Ready, TooLate, launch
from rdvd.cli.log_lines import shown
from rdvd.cli.refusals import told
from rdvd.ground.places import find_places, prepare
from rdvd.ground.private import open_private

MOST_LINES = 10
TAKEN = 75  # what rdvd says when another has the place
MISCONFIGURED = 78
MEANINGS = {
    TAKEN: "another daemon has the place",
    MISCONFIGURED: "something that only a person can change is wrong",
}
NO_WORD = "it left no word: is the disk full? `rdvd` in the foreground tells"
CODES = {TAKEN: CONFLICT, MISCONFIGURED: USAGE}


def start_daemon(seconds: float) -> int:
    """Its pid, once it is ready."""
    log = here.log_file()
    with told():
        places = find_places(os.environ)
        prepare(places)
        errors_file = places.server / "daemon.stderr"
        errors = open_private(errors_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
        length = log.stat().st_size if log.exists() else 0
        try:
            result = launch(errors, seconds)
        finally:
            os.close(errors)
    match result:
        case Ready(pid):
            return pid
        case Ended(code):
            raise _ended(code, _last_words(errors_file, log, length))
        case TooLate(pid, is_gone):
            words = _last_words(errors_file, log, length)
            raise _too_late(pid, seconds, words, is_gone=is_gone)


def _ended(code: int, words: list[str]) -> Failure:
    if code == TAKEN and words:  # what the daemon said of it says it all
        return Failure(_without_name(words[-1]), hint=_where(), code=CONFLICT)
    how = f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
    meaning = f" ({MEANINGS[code]})" if code in MEANINGS else ""
    cause = "\n".join([f"rdvd ended {how}{meaning}", *words])
    return Failure(cause, hint=_where(), code=CODES.get(code, FAILED))


def _without_name(line: str) -> str:
    return line.strip().removeprefix("rdvd: ")


def _too_late(pid: int, seconds: float, words: list[str], *, is_gone: bool) -> Failure:
    end = "was stopped again" if is_gone else f"was asked to stop and has not: pid {pid}"
    cause = "\n".join([f"rdvd was not ready within {seconds:g} s and {end}", *words])
    hint = f"A large database may need longer: --timeout. {_where()}"
    return Failure(cause, hint=hint, code=TIMED_OUT)


def _where() -> str:
    return f"The log is {here.log_file()}"


def _last_words(errors: Path, log: Path, length: int) -> list[str]:
    """Of this start alone: what could not go to the log, or the log's own last lines."""
    said = _lines(errors, 0) or [shown(line) for line in _lines(log, length)]
    return [f"  {line}" for line in said[-MOST_LINES:] or [NO_WORD]]


def _lines(file: Path, after: int) -> list[str]:
    try:
        with file.open("rb") as opened:
            # A log that was set aside meanwhile is shorter than it was.
            opened.seek(after if file.stat().st_size >= after else 0)
            return opened.read().decode(errors="replace").splitlines()
    except FileNotFoundError:
        return []
