"""Words of the hooks that agents call us by."""

from pathlib import Path
from typing import Literal, TypeAlias, get_args

from attrs import frozen

from rdvd.ground.errors import Problem

Agent: TypeAlias = Literal["claude", "codex", "gemini", "opencode"]
AGENTS: tuple[Agent, ...] = get_args(Agent)

# What an agent may tell of itself; `rdv hook WORD` is called with one of them.
Report: TypeAlias = Literal[
    "session_start",
    "prompt",
    "tool",
    "waiting",
    "compacting",
    "subagent_done",
    "task_complete",
    "error",
    "session_end",
    "heartbeat",
    "stalled",
]
REPORTS: tuple[Report, ...] = get_args(Report)

# absent: nothing of ours is there. outdated: something is, but not what we would write today.
State: TypeAlias = Literal["installed", "outdated", "absent", "unreadable"]


class NotOurs(Problem):
    """The file holds something else where our hooks belong."""

    status = 409
    title = "The agent's settings cannot take our hooks"
    code = "HOOKS_IN_THE_WAY"


@frozen
class Place:
    """The file in which an agent looks for its hooks."""

    agent: Agent
    file: Path


@frozen
class Found:
    """How it is with the hooks of one agent."""

    place: Place
    state: State
    is_in_use: bool  # the agent has been used here: its directory is there
    detail: str = ""


@frozen
class Done:
    """What became of one agent's hooks when they were to be written or removed."""

    place: Place
    state: State
    changed: bool
    detail: str = ""
    backup: Path | None = None

    @property
    def is_well(self) -> bool:
        return self.state != "unreadable"
