"""`rdv session logs`: everything that a session printed, and what it prints."""

import re
import time
from collections import deque
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import click

from rdvd.cli.exits import USAGE, Failure
from rdvd.cli.options import json_option
from rdvd.cli.session.finding import find
from rdvd.cli.session.offers import open_sessions
from rdvd.cli.view import Viewing

AGO = re.compile(r"(\d+(?:\.\d+)?)(s|min|m|h|d)")
SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}
Tape = Any  # rdvd.cli.session.tape.Tape, which is read only when it is needed
Paper = Any  # rdvd.cli.session.paper.Plain or JsonLines, as above


@click.command(cls=Viewing)
@click.argument("name", shell_complete=open_sessions)
@click.option("--follow", "-f", "follows", is_flag=True,
              help="Go on with what comes, also over restarts of the daemon.")  # fmt: skip
@click.option("--since", metavar="WHEN", help="Only what came after: 90s, 5min, 2h, 1d ago, or a "
              "time such as 2026-01-31T12:00.")  # fmt: skip
@click.option("--lines", "-n", "most", type=click.IntRange(0), metavar="N",
              help="Only the last N lines of what is there.")  # fmt: skip
@click.option("--raw", is_flag=True, help="Every byte as it was printed, colours and all.")
@json_option
def logs(
    name: str, follows: bool, since: str | None, most: int | None, raw: bool, fields: str | None
) -> None:
    """Print what a session has printed from its birth on.

    Without --raw as text: without colours, lines that were written over as they were in the end.
    What a limit has removed is told on standard error. With --json each line is an object: of type
    line with its text, gap with start and end, or with --raw bytes with base64.
    """
    from rdvd.cli.session.tape import Tape  # lazy: `rdv --help` reads this file too

    since_ms = None if since is None else moment_of(since, time.time())
    out: Paper = _paper(fields, raw=raw)
    tape = Tape(find(name), since_ms=since_ms)
    if most is not None:
        _print_last(tape, most, out, raw=raw)
    if most is None or follows:
        _print(tape.read(follows=follows), out, raw=raw)


def moment_of(text: str, now: float) -> int:
    """In milliseconds since the epoch."""
    ago = AGO.fullmatch(text.removesuffix(" ago").replace(" ", ""))
    if ago is not None:
        return round(1000 * (now - float(ago[1]) * SECONDS[ago[2]]))
    try:
        return round(1000 * datetime.fromisoformat(text).astimezone().timestamp())
    except (ValueError, OverflowError) as error:
        hint = "Write 90s, 5min, 2h or 1d, or a time such as 2026-01-31T12:00."
        raise Failure(f"{text!r} is no time", hint=hint, code=USAGE) from error


def _paper(fields: str | None, *, raw: bool) -> Paper:
    from rdvd.cli.session.paper import JsonLines, Plain  # lazy: as above

    return Plain() if fields is None else JsonLines(fields, raw=raw)


def _print(pieces: Iterable[Any], out: Paper, *, raw: bool) -> None:
    from rdvd.cli.session.text import Lines  # lazy: as above

    lines = Lines()
    for piece in pieces:
        if not isinstance(piece, bytes):
            out.gap(piece.start, piece.end)
        elif raw:
            out.bytes(piece)
        else:
            out.lines(lines.feed(piece))
    if lines.rest:
        out.lines([lines.rest])


def _print_last(tape: Tape, most: int, out: Paper, *, raw: bool) -> None:
    """Of what is there; the tape then stands at its end."""
    if raw:
        kept = deque[bytes](maxlen=most + 1)
        rest = b""
        for piece in tape.read(follows=False):
            if isinstance(piece, bytes):
                *whole, rest = (rest + piece).split(b"\n")
                kept.extend(line + b"\n" for line in whole)
        last = [*kept, rest] if rest else [*kept]
        out.bytes(b"".join(last[-most:] if most else []))
        return
    from rdvd.cli.session.text import Lines  # lazy: as above

    lines, shown = Lines(), deque[str](maxlen=most)
    for piece in tape.read(follows=False):
        if isinstance(piece, bytes):
            shown.extend(lines.feed(piece))
    if lines.rest:
        shown.append(lines.rest)
    out.lines(shown)
