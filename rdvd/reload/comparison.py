"""What holds beside what would hold. Pure."""

from pathlib import Path
from typing import Any

from rdvd.config import Config, changes, settings

from .types import HeldConfig, HeldSetting, Reloaded, Value


def compare(held: Config, found: Config) -> HeldConfig:
    """`found` is what the files and the environment say by now."""
    waiting = {change.key: change for change in changes(held, found)}
    return HeldConfig(
        [
            HeldSetting(shown.key, on_the_wire(shown.value), shown.source)
            if (change := waiting.get(shown.key)) is None
            else HeldSetting(
                shown.key,
                on_the_wire(shown.value),
                shown.source,
                "reload" if change.live else "restart",
                on_the_wire(change.new),
            )
            for shown in settings(held)
        ],
        problems=[],
    )


def describe(held: Config, found: Config) -> Reloaded:
    changed = changes(held, found)
    return Reloaded(
        changed=[change.key for change in changed if change.live],
        waiting=[change.key for change in changed if not change.live],
    )


def on_the_wire(value: Any) -> Value:  # Any: of whatever type the setting is
    match value:
        case Path():
            return str(value)
        case tuple():
            return list(value)  # pyright: ignore[reportUnknownArgumentType]
        case _:
            return value
