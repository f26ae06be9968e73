"""What a session printed, put on standard output: as it is, or as JSON, one object a line."""

import base64
import json
import sys
from collections.abc import Iterable

import click

from rdvd.cli.exits import USAGE, Failure

MEMBERS = ("type", "text", "base64", "start", "end")


class Plain:
    """Gaps are told on standard error."""

    def lines(self, lines: Iterable[str]) -> None:
        _write("".join(f"{line}\n" for line in lines).encode())

    def bytes(self, data: bytes) -> None:
        _write(data)

    def gap(self, start: int, end: int) -> None:
        click.echo(f"rdv: bytes {start} to {end} are not there any more", err=True)


class JsonLines:
    def __init__(self, fields: str, *, raw: bool) -> None:
        self._names = [name.strip() for name in fields.split(",") if name.strip()] or [*MEMBERS]
        known = [name for name in MEMBERS if name != ("text" if raw else "base64")]
        if unknown := [name for name in self._names if name not in MEMBERS]:
            hint = f"There are: {', '.join(known)}."
            raise Failure(f"no field {', '.join(unknown)}", hint=hint, code=USAGE)

    def lines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._say(type="line", text=line)

    def bytes(self, data: bytes) -> None:
        self._say(type="bytes", base64=base64.b64encode(data).decode())

    def gap(self, start: int, end: int) -> None:
        self._say(type="gap", start=start, end=end)

    def _say(self, **said: str | int) -> None:
        chosen = {name: said[name] for name in self._names if name in said}
        _write(f"{json.dumps(chosen, ensure_ascii=False)}\n".encode())


def _write(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
