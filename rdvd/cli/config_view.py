"""The settings as `rdv config` tells of them: by the files, and beside what the daemon holds."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from attrs import frozen

from rdvd.cli import here, render
from rdvd.cli.client import Json
from rdvd.cli.exits import DAEMON_DOWN, Failure
from rdvd.cli.refusals import told
from rdvd.cli.words import plain
from rdvd.config import (
    KEYS,
    BadConfig,
    Config,
    allowed,
    as_json,
    as_toml,
    find,
    load,
    settings,
    show,
    when,
)
from rdvd.ground.places import find_places

A_MOMENT = 5.0  # seconds that a look at the daemon may take; the files are the answer
Held = Mapping[str, Any]  # Any: a HeldSetting as JSON


@frozen
class Line:
    """A setting by the files and this environment. What concerns the daemon is None if it is
    down."""

    key: str
    value: Any
    source: str
    live: bool
    in_daemon: Any = None
    source_in_daemon: str | None = None
    waits_for: str | None = None

    @property
    def note(self) -> str:
        held = as_toml(self.in_daemon)
        if self.waits_for is not None:
            return f"waits for {self.waits_for}; the daemon has {held}"
        if self.source_in_daemon is not None and self.in_daemon != as_json(self.value):
            return f"the daemon has {held} from {self.source_in_daemon}"
        return ""

    def as_json(self) -> Json:
        return {
            "key": self.key,
            "value": as_json(self.value),
            "source": self.source,
            "live": self.live,
            "in_daemon": self.in_daemon,
            "waits_for": self.waits_for,
        }


def read(draft: Path | None = None) -> Config:
    with told():
        return load(find_places(os.environ), os.environ, draft=draft)


def as_toml_file(*, only_changed: bool) -> str:
    return show(read(), only_changed=only_changed)


def problems(draft: Path | None) -> list[str]:
    try:
        read(draft)
    except Failure as failure:
        if isinstance(failure.__cause__, BadConfig):
            return failure.__cause__.problems
        raise
    return []


def held_by_the_daemon() -> dict[str, Held]:
    """By key; empty if nobody is there to ask."""
    try:
        answer: Any = here.api(A_MOMENT).get("/api/config")
    except Failure as failure:
        if failure.code != DAEMON_DOWN:
            click.echo(f"! what the daemon holds is not known: {failure.args[0]}", err=True)
        return {}
    return {setting["key"]: setting for setting in answer["settings"]}


def lines(config: Config, held: Mapping[str, Held]) -> list[Line]:
    return [
        Line(
            shown.key,
            shown.value,
            shown.source,
            KEYS[shown.key].about.live,
            *_of_the_daemon(held.get(shown.key)),
        )
        for shown in settings(config)
    ]


def table(lines: Sequence[Line]) -> str:
    rows = [
        {
            "key": line.key,
            "value": plain(as_toml(line.value)),
            "source": plain(line.source),
            "": plain(line.note),
        }
        for line in lines
    ]
    return render.table(rows)


def present(name: str) -> list[str]:
    """What a setting is now, in lines; also when the files say nothing that can be understood."""
    key = find(name).dotted
    if problems(None):
        return ["value: not known, for the configuration is wrong; see `rdv config check`"]
    line = next(line for line in lines(read(), held_by_the_daemon()) if line.key == key)
    value = [f"value: {plain(as_toml(line.value))}", f"source: {plain(line.source)}"]
    return [*value, *([f"but: {plain(line.note)}"] if line.note else [])]


def explained(name: str) -> Json:
    """The same as JSON; nothing is said of what it is now if the files cannot be understood."""
    key = find(name)
    about = {
        "key": key.dotted,
        "text": key.about.text,
        "allowed": allowed(key),
        "default": as_json(key.default),
        "environment": key.variable,
        "changes": when(key),
    }
    if problems(None):
        return about
    now = next(line for line in lines(read(), held_by_the_daemon()) if line.key == key.dotted)
    return about | {"now": now.as_json()}


def files() -> list[dict[str, str | bool]]:
    with told():
        places = find_places(os.environ)
    return [
        {"path": str(file), "exists": os.path.lexists(file)}
        for file in (places.config_file, places.server_config_file)
    ]


def _of_the_daemon(held: Held | None) -> tuple[Any, str | None, str | None]:
    return (held["value"], held["source"], held["waits_for"]) if held else (None, None, None)
