"""What clients send and get about hooks."""

from typing import Annotated, Any

import msgspec
from attrs import field, frozen

from .types import Agent, Done, Found, Report, State

Word = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Directory = Annotated[str, msgspec.Meta(min_length=1, max_length=4_096)]
Text = Annotated[str, msgspec.Meta(max_length=16_384)]


@frozen
class HooksQuery:
    """Whose: all agents', or this one's, and where its settings are if not in the usual place."""

    agent: Agent | None = None
    directory: Directory | None = None


@frozen
class HooksOrder:
    """For which agents; none named: for those that have been used here.

    `directories`: where they keep their settings, of those for whom it is not the usual place.
    """

    agents: list[Agent] = field(factory=list[Agent])
    directories: dict[Agent, Directory] = field(factory=dict[Agent, Directory])


@frozen
class HooksShown:
    """`outdated`: some are there, but not those that would be written today."""

    agent: Agent
    path: str
    state: State
    is_in_use: bool
    detail: str


@frozen
class HooksDone:
    """`backup` is the file as it was before it was changed."""

    agent: Agent
    path: str
    state: State
    success: bool
    changed: bool
    detail: str
    backup: str | None


@frozen
class AgentContext:
    cwd: Text | None = None
    files_modified: int | None = None
    last_message: Text | None = None
    transcript_path: Text | None = None


@frozen
class AgentEvent:
    """What an agent says of itself. A restart goes on with the conversation that is named."""

    __also_camel__ = True

    event: Report
    agent: Agent
    session_id: Word | None = None
    tmux_session_name: Word | None = None
    conversation_id: Word | None = None
    folder_id: Word | None = None
    timestamp: Any = None
    reason: Text | None = None
    context: AgentContext | None = None


@frozen
class AgentEventTaken:
    """Unknown sessions are no error: an agent must never stumble over us."""

    event: Report
    session_id: str | None
    session_found: bool
    received: bool = True
    routing: None = None


def shown(found: Found) -> HooksShown:
    place = found.place
    return HooksShown(place.agent, str(place.file), found.state, found.is_in_use, found.detail)


def done(result: Done) -> HooksDone:
    place, backup = result.place, None if result.backup is None else str(result.backup)
    return HooksDone(
        place.agent, str(place.file), result.state, result.is_well, result.changed,
        result.detail, backup,
    )  # fmt: skip
