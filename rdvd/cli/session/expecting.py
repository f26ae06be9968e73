"""`rdv session expect`: answer what a session asks, and nothing else."""

import json
import sys
from typing import Any

import click

from rdvd.cli import render
from rdvd.cli.exits import FAILED, TIMED_OUT, USAGE, Failure
from rdvd.cli.options import json_option
from rdvd.cli.session.asking import act
from rdvd.cli.session.offers import open_sessions
from rdvd.cli.view import Viewing
from rdvd.cli.words import plain

GRACE = 15.0  # seconds for the answer itself
SHOWN = 200
Step = dict[str, Any]  # Any: JSON, of the shape that /openapi.json describes


@click.command(cls=Viewing)
@click.argument("name", shell_complete=open_sessions)
@click.argument("steps", metavar="[PATTERN [REPLY]]...", nargs=-1)
@click.option("--timeout", type=click.FloatRange(0.1, 3_600), default=30.0, show_default=True,
              metavar="S", help="How long to wait for each PATTERN.")  # fmt: skip
@click.option("--literal", is_flag=True, help="Each PATTERN is text, no regular expression.")
@click.option("--no-enter", is_flag=True, help="Do not press Enter after each REPLY.")
@click.option("--file", "file", type=click.File(), metavar="FILE",
              help="Steps as JSON, a list of what the API takes; - is standard input.")  # fmt: skip
@json_option
def expect(
    name: str, steps: tuple[str, ...], timeout: float, literal: bool, no_enter: bool,
    file: Any, fields: str | None,
) -> None:  # fmt: skip
    """Wait until a session prints PATTERN, then type REPLY; then the next pair, and so on.

    Nothing is typed unless its PATTERN was seen. Exit code 7 if one was not seen in time, 1 if the
    session ended before.
    """
    if (file is None) == (not steps):
        raise Failure("either steps or --file", hint="One of both says what.", code=USAGE)
    if file is None:
        common = {"timeout_seconds": timeout, "literal": literal, "enter": not no_enter}
        order = [step | common for step in pairs(steps)]
    else:
        order = _read(file)
    longest = sum(float(step.get("timeout_seconds", timeout)) for step in order)
    done = act(name, "/expect", {"steps": order}, seconds=longest + GRACE)
    click.echo(render.as_json(done, fields) if fields is not None else _draw(order, done["steps"]))
    outcomes = {step["outcome"] for step in done["steps"]}
    if not done["success"]:
        sys.exit(TIMED_OUT if "timeout" in outcomes else FAILED)


def pairs(words: tuple[str, ...]) -> list[Step]:
    """The last one may do without a reply."""
    patterns, replies = words[::2], [*words[1::2], None]
    return [
        {"pattern": pattern, "reply": reply}
        for pattern, reply in zip(patterns, replies, strict=False)
    ]


def _read(file: Any) -> list[Step]:
    try:
        steps: Any = json.load(file)
        return [dict(step) for step in steps]
    except (ValueError, TypeError, RecursionError) as error:
        hint = 'Write a list such as [{"pattern": "name:", "reply": "me"}].'
        raise Failure(f"these are no steps: {error}", hint=hint, code=USAGE) from error


def _draw(order: list[Step], steps: list[Any]) -> str:
    return "\n".join(_line(said, step) for said, step in zip(order, steps, strict=False))


def _line(order: Step, step: Any) -> str:
    pattern = plain(str(order.get("pattern")))
    what = f"{step['outcome']:<8} {step['duration_ms']:>6} ms  {pattern}"
    if step["outcome"] == "timeout":
        last = plain(step["before"].strip()[-SHOWN:].replace("\n", " "))
        return f"{what}\n         there was: {last}"
    return what
