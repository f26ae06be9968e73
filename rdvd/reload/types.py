"""What the daemon says of its configuration."""

from typing import Literal

from attrs import frozen

Value = str | int | float | list[str]


@frozen
class HeldSetting:
    """A setting as it holds in the daemon now.

    `waits_for` says what it takes until the value that the files and the environment name by now
    holds too, which is `next`; both are null where that is the same value.
    """

    key: str
    value: Value
    source: str  # default, file:line, or environment VARIABLE
    waits_for: Literal["reload", "restart"] | None = None
    next: Value | None = None


@frozen
class HeldConfig:
    """Every setting. `problems` is what keeps the files from being taken up, if anything does."""

    settings: list[HeldSetting]
    problems: list[str]


@frozen
class Reloaded:
    """What a reload has changed, and what has changed in the files but waits for a restart."""

    changed: list[str]
    waiting: list[str]
