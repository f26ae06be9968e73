"""`rdv session exec`, `send`, `keys`: what is typed into a session."""

import sys
from typing import Any

import click

from rdvd.cli import render
from rdvd.cli.exits import FAILED, USAGE, Failure
from rdvd.cli.options import json_option
from rdvd.cli.session.arguments import Worded, worded
from rdvd.cli.session.asking import act, ask
from rdvd.cli.session.finding import find
from rdvd.cli.session.offers import open_sessions
from rdvd.cli.view import Viewing

AT_ONCE = 128 * 1024  # characters
GRACE = 15.0  # seconds for the answer itself


@click.command("exec", cls=Worded)
@click.argument("name", shell_complete=open_sessions)
@click.argument("line", required=False, metavar="[LINE]")
@click.option("--wait", "-w", "waits", is_flag=True,
              help="Wait for its end, print its output, end with its exit code.")  # fmt: skip
@click.option("--timeout", type=click.FloatRange(0.1, 3_600), default=60.0, show_default=True,
              metavar="S", help="How long to wait; the command then goes on.")  # fmt: skip
@click.option("--raw", is_flag=True, help="The output with colours and all.")
@click.option("--max-output", type=click.IntRange(1, 16_777_216), default=1_048_576,
              show_default=True, metavar="BYTES",
              help="Of a longer output the end is kept.")  # fmt: skip
@json_option
def execute(
    name: str, line: str | None, waits: bool, timeout: float, raw: bool, max_output: int,
    fields: str | None,
) -> None:  # fmt: skip
    """Run a command at the prompt of a session: LINE, in the words of its shell, or after --.

    `rdv session exec build 'make && ./run'`, or `rdv session exec build -- ls -l 'my file'`: after
    -- each word arrives as one word.
    """
    command = line_of(line)
    body = {"command": command, "wait": waits, "timeout_seconds": timeout, "raw": raw,
            "max_output_bytes": max_output}  # fmt: skip
    done = act(name, "/exec", body, seconds=timeout + GRACE)
    if fields is not None:
        click.echo(render.as_json(done, fields))
    if not waits:
        return
    if fields is None:
        _print(done)
    if done["exit_code"] is None:
        cause = "the session ended before the command returned"
        raise Failure(cause, code=FAILED)
    sys.exit(done["exit_code"])


@click.command(cls=Viewing)
@click.argument("name", shell_complete=open_sessions)
@click.argument("text")
@click.option("--enter", "-e", is_flag=True, help="Press Enter after it.")
@json_option
def send(name: str, text: str, enter: bool, fields: str | None) -> None:
    """Type TEXT into a session, literally; - types what is on standard input."""
    session = find(name)
    parts = _from_input() if text == "-" else [text]
    for part in parts:
        ask(session, "/text", {"text": part})
    if enter:
        ask(session, "/text", {"text": "", "enter": True})
    if fields is not None:
        typed = {"session_id": session["id"], "characters": sum(map(len, parts)), "enter": enter}
        click.echo(render.as_json(typed, fields))


@click.command(cls=Viewing)
@click.argument("name", shell_complete=open_sessions)
@click.argument("names", metavar="KEY...", nargs=-1, required=True)
@json_option
def keys(name: str, names: tuple[str, ...], fields: str | None) -> None:
    """Press keys: Enter, Escape, Tab, Up, F1, C-c, M-x; a single character is that key."""
    session = find(name)
    ask(session, "/keys", {"keys": list(names)})
    if fields is not None:
        click.echo(render.as_json({"session_id": session["id"], "keys": list(names)}, fields))


def line_of(line: str | None) -> str:
    import shlex  # lazy: `rdv --help` reads this file too

    words = worded()
    if (line is None) == (not words):
        cause = "there is no command" if line is None else "a command before and after --"
        raise Failure(cause, hint="Give LINE, or words after --.", code=USAGE)
    return line if line is not None else shlex.join(words)


def _from_input() -> list[str]:
    """All of it before anything is typed."""
    try:
        text = sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        raise Failure(f"standard input is not UTF-8: {error}", code=USAGE) from error
    return [text[at : at + AT_ONCE] for at in range(0, len(text), AT_ONCE)]


def _print(done: Any) -> None:
    sys.stdout.write(done["output"])
    if done["output"] and not done["output"].endswith("\n"):
        sys.stdout.write("\n")
    sys.stdout.flush()
    if done["truncated"]:
        click.echo("rdv: the beginning is not shown: --max-output allows more", err=True)
    if done["interrupted"]:
        click.echo("rdv: somebody interrupted it from the keyboard", err=True)
