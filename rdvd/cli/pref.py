"""`rdv pref`: what new sessions get, said for all of yours or for those in a folder."""

import json
from collections.abc import Iterable
from typing import Any

import click

from rdvd.cli import here
from rdvd.cli.exits import NOT_FOUND, USAGE, Failure
from rdvd.cli.folder.finding import find, folders
from rdvd.cli.offers import offered
from rdvd.cli.options import json_option
from rdvd.cli.view import Viewing, tell

KEYS = (
    "working_directory", "shell", "startup_command", "agent", "agent_flags",
    "stall_threshold_seconds",
)  # fmt: skip
LISTS = ("shell", "agent_flags")
VARIABLE = "environment."

folder_option = click.option(
    "--folder", "-f", metavar="FOLDER", shell_complete=folders, help="Of this folder, not of you."
)


def _keys(_: click.Context) -> Iterable[str]:
    answer: Any = here.api(0.5).get("/api/preferences/resolved")
    return [each["key"] for each in answer["values"]]


keys = offered(_keys)


@click.group()
def pref() -> None:
    """Preferences: what new sessions get where nothing else is said. The nearest word wins.

    KEY is working_directory, shell, startup_command, agent, agent_flags, stall_threshold_seconds,
    or environment.NAME.
    """


@pref.command(cls=Viewing)
@click.argument("key", required=False, shell_complete=keys)
@folder_option
@json_option
def get(key: str | None, folder: str | None, fields: str | None) -> None:
    """What was said right here: for you, or with --folder for a folder."""
    said: Any = here.api().get(_place(folder))
    if key is None:
        tell(said, fields, _lines(_flat(said)) if fields is None else "")
        return
    flat = _flat(said)
    if key not in flat:
        hint = f"`rdv pref explain {key}` shows what holds."
        raise Failure(f"{key} is not said here", hint=hint, code=NOT_FOUND)
    tell({"key": key, "value": flat[key]}, fields, _word(flat[key]))


@pref.command("set", cls=Viewing, context_settings={"ignore_unknown_options": True})
@click.argument("key", shell_complete=keys)
@click.argument("value", nargs=-1, type=click.UNPROCESSED)
@click.option("--disable", is_flag=True, help="Do not inherit this variable.")
@folder_option
@json_option
def say(
    key: str, value: tuple[str, ...], disable: bool, folder: str | None, fields: str | None
) -> None:
    """Say it for you, or with --folder for a folder. A shell and flags take several words."""
    order = _order(key, value, disable=disable)
    after: Any = here.api().request("PATCH", _place(folder), json.dumps(order))
    tell(after, fields, f"{key} is {'disabled' if disable else 'said'}.")


@pref.command(cls=Viewing)
@click.argument("names", metavar="KEY...", nargs=-1, required=True, shell_complete=keys)
@folder_option
@json_option
def unset(names: tuple[str, ...], folder: str | None, fields: str | None) -> None:
    """Take it back, so that it is inherited again."""
    after: Any = here.api().request("PATCH", _place(folder), json.dumps({"unset": list(names)}))
    tell(after, fields, f"{', '.join(names)}: inherited again.")


@pref.command(cls=Viewing)
@click.argument("key", required=False, shell_complete=keys)
@folder_option
@json_option
def explain(key: str | None, folder: str | None, fields: str | None) -> None:
    """What new sessions get, and whose word each value is."""
    found: Any = here.api().get(f"{_place(folder)}/resolved")
    values = [each for each in found["values"] if key in (None, each["key"])]
    if not values:
        hint = "`rdv pref explain` shows all."
        raise Failure(f"nobody has said {key}", hint=hint, code=NOT_FOUND)
    tell({**found, "values": values}, fields, _table(values) if fields is None else "")


def _place(folder: str | None) -> str:
    return "/api/preferences" + ("" if folder is None else f"/folders/{find(folder)['id']}")


def _order(key: str, words: tuple[str, ...], *, disable: bool) -> dict[str, Any]:
    if disable:
        if not key.startswith(VARIABLE) or words:
            raise Failure("--disable is for environment.NAME, without a value", code=USAGE)
        return {"disabled_environment": [key.removeprefix(VARIABLE)]}
    if key in LISTS:
        return {key: list(words)}
    if len(words) != 1:
        raise Failure(f"{key} takes one value", hint="Quote what has spaces.", code=USAGE)
    if key.startswith(VARIABLE):
        return {"environment": {key.removeprefix(VARIABLE): words[0]}}
    if key not in KEYS:
        raise Failure(f"there is no {key}", hint=f"There are {', '.join(KEYS)}.", code=USAGE)
    return {key: _number(words[0]) if key == "stall_threshold_seconds" else words[0]}


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        raise Failure(f"{word} is no number of seconds", code=USAGE) from None


def _flat(said: Any) -> dict[str, Any]:
    named = {VARIABLE + name: value for name, value in said["environment"].items()}
    named |= {VARIABLE + name: None for name in said["disabled_environment"]}
    return {key: said[key] for key in KEYS if said[key] is not None} | named


def _lines(flat: dict[str, Any]) -> str:
    return "\n".join(f"{key} = {_word(value)}" for key, value in flat.items()) or "Nothing is said."


def _word(value: Any) -> str:
    from rdvd.cli.words import plain  # lazy: `rdv --help` reads this file too

    if value is None:
        return "(not set)"
    return plain(value if isinstance(value, str) else " ".join(map(str, _words(value))))


def _words(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType]  # JSON


def _table(values: list[Any]) -> str:
    from rdvd.cli.render import table  # lazy: as above

    return table(
        [
            {"key": each["key"], "value": _word(each["value"]), "from": _source(each)}
            for each in values
        ]
    )


def _source(value: Any) -> str:
    from rdvd.cli.words import plain  # lazy: as above

    if value["level"] != "folder":
        return "you" if value["level"] == "user" else "default"
    name = plain(value["folder_name"])
    return f"folder {name} (its path)" if value["is_path"] else f"folder {name}"
