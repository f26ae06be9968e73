"""What the end of a stream means to who watches: over for good, or worth another try. Pure."""

from typing import Any, NamedTuple

from rdvd.cli.exits import (
    CONFLICT,
    FAILED,
    NOT_ALLOWED,
    NOT_FOUND,
    OK,
    REFUSED,
)
from rdvd.cli.words import as_word

NORMAL, FAILED_THERE = 1000, 1011
TOKEN_ENDED, FORBIDDEN, NOT_THERE = 4401, 4403, 4404
STUCK, NOT_NOW, TOO_OFTEN = 4408, 4409, 4429
# 1001 stopping, 1006 died, 1012 restarting, 1013 and 4408 we were too slow, 4429 too many
WORTH_ANOTHER_TRY = {1001, 1006, 1012, 1013, STUCK, TOO_OFTEN}
CODES = {TOKEN_ENDED: NOT_ALLOWED, FORBIDDEN: NOT_ALLOWED, NOT_THERE: NOT_FOUND,
         NOT_NOW: CONFLICT, FAILED_THERE: FAILED}  # fmt: skip
HINTS = {
    TOKEN_ENDED: "`rdv auth login` gets another token.",
    NOT_THERE: "`rdv ls --all` shows all there are.",
    FAILED_THERE: "`rdv session show {name}` says how it is; `rdv doctor` looks at the rest.",
}
STATE_HINTS = {
    "SUSPENDED": "`rdv session resume {name}` lets it go on.",
    "LOST": "`rdv session restart {name}` begins it anew.",
}
KILLED = 128  # and the signal: what a shell makes of it

Said = dict[str, Any]  # Any: JSON, of the shape that docs/terminal.md describes


class Ending(NamedTuple):
    """What is told, and the exit code of `rdv`; how the program ended, if it did."""

    text: str
    code: int = OK
    hint: str = ""
    program: int | None = None
    is_detached: bool = False


def is_worth_another_try(code: int, error: Said | None) -> bool:
    """A session that is just starting has no word of what is wrong with it, for nothing is."""
    return code in WORTH_ANOTHER_TRY or (code == NOT_NOW and error is None)


def ending_by(code: int, reason: str, name: str, exit: Said | None, error: Said | None) -> Ending:  # noqa: A002 - the wire's own name
    if code == NORMAL:
        return _over(name, reason, exit)
    hint = STATE_HINTS.get(str(error and error["code"]), HINTS.get(code, ""))
    text = error["message"] if error else reason or "the stream ended"
    hint = hint.format(name=as_word(name))
    return Ending(f"{name}: {text} ({code})", CODES.get(code, REFUSED), hint)


def _over(name: str, reason: str, exit: Said | None) -> Ending:  # noqa: A002 - as above
    if exit is None:
        return Ending(f"{name}: {reason or 'it is over'}")
    code, signal = exit.get("code"), exit.get("signal")
    again = f"`rdv session restart {as_word(name)}` begins it anew."
    if signal is not None:
        return Ending(f"{name} was ended by signal {signal}", OK, again, KILLED + signal)
    if code is None:
        return Ending(f"{name} has ended, and nobody saw how", OK, again, FAILED)
    return Ending(f"{name} has ended with code {code}", OK, again, code)
