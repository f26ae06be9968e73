"""How a setting is declared, and what is said of it."""

from pathlib import Path
from typing import Any, TypeVar

from attrs import field, frozen

T = TypeVar("T")


@frozen
class About:
    """What is said of one setting beside its type and default.

    `restart` is why it cannot change while the daemon runs. One without it is live: a test shows
    for each of those that a reload changes what the daemon does. Of a list, `high` is its length.
    """

    text: str
    restart: str | None = None
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    pattern: str | None = None
    is_expression: bool = False  # a regular one, of Python
    such_as: str | None = None
    place: str | None = None  # the name in Places that is its default

    @property
    def live(self) -> bool:
        return self.restart is None


def setting(default: T, text: str, **about: Any) -> T:  # Any: what About takes
    return field(default=default, metadata={"about": About(text, **about)}, kw_only=True)


def place(name: str, text: str, restart: str) -> Path:
    return field(metadata={"about": About(text, restart, place=name)}, kw_only=True)
