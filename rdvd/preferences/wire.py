"""Preferences on the wire."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from attrs import field, frozen

from rdvd.ground.errors import BadInput

from .types import (
    AGENT,
    AGENT_FLAGS,
    KEYS,
    MOST_WORDS,
    SHELL,
    STALL,
    STARTUP_COMMAND,
    VARIABLE,
    WORKING_DIRECTORY,
    Agent,
    Level,
    Resolved,
    Value,
    check_text,
    check_variable,
)

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=131_071)]
Path = Annotated[str, msgspec.Meta(min_length=1, max_length=4_096)]
Words = Annotated[list[str], msgspec.Meta(max_length=MOST_WORDS)]
Seconds = Annotated[float, msgspec.Meta(ge=5, le=86_400)]


@frozen
class PreferencesSaid:
    """What was said right here. What is inherited is null, or not there at all."""

    folder_id: str | None
    working_directory: str | None
    shell: list[str] | None
    startup_command: str | None
    agent: Agent | None
    agent_flags: list[str] | None
    stall_threshold_seconds: float | None
    environment: dict[str, str] = field(repr=False)
    disabled_environment: list[str]


@frozen
class PreferencesPatch:
    """`unset`: keys to inherit again, a variable as environment.NAME. `disabled_environment`:
    variables that are not to be inherited. Whatever is left out stays as it is."""

    working_directory: Path | None = None
    shell: Words | None = None
    startup_command: Text | None = None
    agent: Agent | None = None
    agent_flags: Words | None = None
    stall_threshold_seconds: Seconds | None = None
    environment: dict[str, str] = field(factory=dict[str, str], repr=False)
    disabled_environment: Words = field(factory=list[str])
    unset: Words = field(factory=list[str])


@frozen
class ValueShown:
    """`level`: default, user or folder. `is_path`: it is the directory the folder stands for."""

    key: str
    value: Any = field(repr=False)
    level: Level
    folder_id: str | None
    folder_name: str | None
    is_path: bool
    disabled: bool = False


@frozen
class ResolvedShown:
    """Every preference as new sessions get it, and where it is from."""

    folder_id: str | None
    values: list[ValueShown]


def said_shown(folder: str | None, said: Mapping[str, Any]) -> PreferencesSaid:
    named = {
        key.removeprefix(VARIABLE): value for key, value in said.items() if key.startswith(VARIABLE)
    }
    return PreferencesSaid(
        folder_id=folder,
        **{key: said.get(key) for key in KEYS},
        environment={name: value for name, value in named.items() if value is not None},
        disabled_environment=[name for name, value in named.items() if value is None],
    )


def resolved_shown(folder: str | None, resolved: Resolved) -> ResolvedShown:
    plain = [_shown(key, value) for key, value in resolved.values.items()]
    named = sorted(resolved.variables.items())
    return ResolvedShown(folder, plain + [_shown(VARIABLE + name, each) for name, each in named])


def changes_of(patch: PreferencesPatch) -> tuple[dict[str, Any], list[str]]:
    """What is said by it, and what is taken back."""
    said: dict[str, Any] = {
        WORKING_DIRECTORY: patch.working_directory,
        SHELL: patch.shell,
        STARTUP_COMMAND: patch.startup_command,
        AGENT: patch.agent,
        AGENT_FLAGS: patch.agent_flags,
        STALL: patch.stall_threshold_seconds,
    }
    changes = {key: value for key, value in said.items() if value is not None}
    _check(patch)
    for name, value in patch.environment.items():
        changes[VARIABLE + name] = value
    for name in patch.disabled_environment:
        changes[VARIABLE + name] = None
    both = [key for key in patch.unset if key in changes]
    if both or set(patch.environment).intersection(patch.disabled_environment):
        raise BadInput("one thing is said in two ways: a value, disabled, or unset")
    return changes, list(patch.unset)


def _check(patch: PreferencesPatch) -> None:
    for name in patch.disabled_environment:
        check_variable(name, None)
    for name, value in patch.environment.items():
        check_variable(name, value)
    for key in patch.unset:
        if key not in KEYS and not key.startswith(VARIABLE):
            raise BadInput(f"unset: no {key[:80]!r}; there are {', '.join(KEYS)}, {VARIABLE}NAME")
    if patch.working_directory is not None and not patch.working_directory.startswith("/"):
        raise BadInput("working_directory: an absolute path is needed")
    if patch.shell is not None and not (patch.shell and patch.shell[0]):
        raise BadInput("shell: its first member names a program")
    texts = (patch.working_directory, patch.startup_command)
    for text in (*texts, *(patch.shell or ()), *(patch.agent_flags or ())):
        check_text(text or "", "preferences")


def _shown(key: str, value: Value) -> ValueShown:
    source = value.source
    return ValueShown(
        key, value.value, source.level, source.folder_id, source.folder_name, source.is_path,
        disabled=key.startswith(VARIABLE) and value.value is None,
    )  # fmt: skip
