"""What somebody likes, for all their sessions or for those in a folder; and where it is from."""

import os
import re
from collections.abc import Mapping
from typing import Any, Literal

from attrs import field, frozen

from rdvd.ground.errors import BadInput

Agent = Literal["claude", "codex", "gemini", "opencode"]
Level = Literal["default", "user", "folder"]

WORKING_DIRECTORY, SHELL, STARTUP_COMMAND = "working_directory", "shell", "startup_command"
AGENT, AGENT_FLAGS, STALL = "agent", "agent_flags", "stall_threshold_seconds"
KEYS = (WORKING_DIRECTORY, SHELL, STARTUP_COMMAND, AGENT, AGENT_FLAGS, STALL)
VARIABLE = "environment."  # and the name

MOST_VARIABLES = 256
MOST_WORDS = 256
LONGEST_TEXT = 128 * 1024 - 1
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
OURS = re.compile(r"RDV_(SESSION|API|AGENT)_.*|TMUX|TMUX_PANE")


@frozen
class Source:
    """The level that a value is from. `path`: it is the directory that the folder stands for."""

    level: Level
    folder_id: str | None = None
    folder_name: str | None = None
    is_path: bool = False


DEFAULT = Source("default")


@frozen
class Defaults:
    """What holds where nobody has said anything."""

    working_directory: str
    shell: tuple[str, ...]
    stall_threshold_seconds: float

    def values(self) -> dict[str, Any]:
        return {
            WORKING_DIRECTORY: self.working_directory,
            SHELL: list(self.shell),
            STARTUP_COMMAND: None,
            AGENT: None,
            AGENT_FLAGS: [],
            STALL: self.stall_threshold_seconds,
        }


@frozen
class Value:
    """None, of a variable: an inherited one of this name is disabled."""

    value: Any = field(repr=False)
    source: Source


@frozen
class Resolved:
    """Every preference with its source; variables by their names."""

    values: Mapping[str, Value]
    variables: Mapping[str, Value]

    def chosen(self, key: str) -> Any:
        """The value if somebody has said one; the default is None."""
        found = self.values[key]
        return None if found.source.level == "default" else found.value

    @property
    def environment(self) -> dict[str, str]:
        told = self.variables.items()
        return {name: each.value for name, each in told if each.value is not None}


def check_variable(name: str, value: str | None) -> None:
    """Errors name the variable and never its value, which may be a key."""
    if not NAME.fullmatch(name):
        raise BadInput(f"environment: {name[:80]!r} is no name of a variable")
    if OURS.fullmatch(name):
        raise BadInput(f"environment: {name} is set by the daemon")
    if value is not None:
        check_text(f"{name}={value}", f"environment: {name}")


def check_text(text: str, where: str) -> None:
    """What the kernel takes as one argument or variable."""
    try:
        length = len(os.fsencode(text))
    except UnicodeEncodeError:
        raise BadInput(f"{where}: this is no text that can be written as UTF-8") from None
    if "\0" in text or length > LONGEST_TEXT:
        raise BadInput(f"{where}: no zero bytes, and {LONGEST_TEXT} bytes at most")
