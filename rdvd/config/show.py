"""What is set, what it means, and what has changed."""

from typing import Any

from attrs import frozen

from rdvd.config.load import build, suggestion
from rdvd.config.types import KEYS, SECTIONS, Config, Key
from rdvd.config.values import allowed, as_toml
from rdvd.ground.errors import NotFound


@frozen
class Shown:
    """One line of `rdv config show`."""

    key: str
    value: Any
    source: str  # default, file:line, or environment VARIABLE


@frozen
class Change:
    """A setting that two configurations disagree about. Unless `live`, it needs a restart."""

    key: str
    old: Any
    new: Any
    live: bool


def settings(config: Config) -> list[Shown]:
    return [
        Shown(dotted, key.of(config), config.sources.get(dotted, "default"))
        for dotted, key in KEYS.items()
    ]


def show(config: Config, *, only_changed: bool = False) -> str:
    """As TOML that `load` reads back, with the source of every value as a comment."""
    lines: list[str] = []
    for section in SECTIONS:
        keys = [key for key in KEYS.values() if key.section == section]
        rows = [_row(key, config) for key in keys if not only_changed or _is_set(key, config)]
        lines += ["", f"[{section}]", *rows] if rows else []
    return "\n".join(lines[1:]) + "\n"


def _row(key: Key, config: Config) -> str:
    source = as_toml(config.sources.get(key.dotted, "default"))[1:-1]  # on one line, whatever it is
    return f"{key.name} = {as_toml(key.of(config))}  # {source}"


def _is_set(key: Key, config: Config) -> bool:
    return config.sources.get(key.dotted, "default") != "default"


def explain(name: str) -> str:
    """A setting in full. The section may be left out where the rest is enough."""
    key = find(name)
    default = "in the data directory" if key.default is None else as_toml(key.default)
    return "\n".join(
        (
            f"{key.dotted}: {key.about.text}",
            f"  allowed: {allowed(key)}",
            f"  default: {default}",
            f"  environment: {key.variable}",
            f"  changes: {when(key)}",
        )
    )


def when(key: Key) -> str:
    """When a change is taken up, and if not at once, why."""
    return "live" if key.about.live else f"at the next start: {key.about.restart}"


def find(name: str) -> Key:
    found = [key for dotted, key in KEYS.items() if name in {dotted, key.name, key.variable}]
    if len(found) == 1:
        return found[0]
    names = [key.dotted for key in found]
    if names:
        raise NotFound(f"{name} is in several sections: {', '.join(names)}")
    near = suggestion(name, [*KEYS, *(key.name for key in KEYS.values())])
    raise NotFound(f"there is no setting {name}{near}")


def changes(old: Config, new: Config) -> list[Change]:
    return [
        Change(dotted, key.of(old), key.of(new), key.about.live)
        for dotted, key in KEYS.items()
        if key.of(old) != key.of(new)
    ]


def with_live_changes(old: Config, new: Config) -> Config:
    """What holds after a reload: the new values of what can change live, the old ones else."""
    of = {dotted: new if key.about.live else old for dotted, key in KEYS.items()}
    return build(
        {dotted: key.of(of[dotted]) for dotted, key in KEYS.items()},
        {dotted: config.sources.get(dotted, "default") for dotted, config in of.items()},
    )
