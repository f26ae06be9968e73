"""What is said about tmux: facts, hints, refusals."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Literal

from attrs import field, frozen

from rdvd.ground.errors import Conflict, Problem
from rdvd.ground.traffic import Latencies

Lines = tuple[bytes, ...]
Condition = Literal["absent", "connecting", "ready", "silent"]
Way = Literal["unit", "scope", "plain"]
Outcome = Literal["ok", "refused", "unavailable", "abandoned"]
CANNOT_FIND = re.compile(r"(can't find|no such|no current) ")
MISUNDERSTOOD = re.compile(r"parse error|unknown command|usage: |command \S+: |invalid option")


class TmuxRefused(Conflict):
    """tmux said no; the detail is its own text. Nothing was done."""

    code = "TMUX_REFUSED"


class TargetGone(TmuxRefused):
    """The session, window or pane is not there (any more)."""

    code = "TMUX_TARGET_GONE"


class TmuxMisunderstood(TmuxRefused):
    """This tmux does not know such a command, flag or option: a fault of ours, or its age."""

    status: ClassVar[int] = 502
    title: ClassVar[str] = "tmux did not understand"
    code = "TMUX_MISUNDERSTOOD"


class TmuxUnavailable(Problem):
    """There is no tmux, or it does not answer. `may_have_run`: the command was on its way to it."""

    status: ClassVar[int] = 503
    title: ClassVar[str] = "tmux is not available"
    code = "TMUX_UNAVAILABLE"

    def __init__(self, detail: str, *, may_have_run: bool = False) -> None:
        super().__init__(detail)
        self.may_have_run = may_have_run


def refusal(lines: Lines) -> TmuxRefused:
    """The kind of "no" that tmux's text is."""
    text = b"\n".join(lines).decode(errors="replace") or "tmux refused without a word"
    if CANNOT_FIND.match(text):
        return TargetGone(text)
    return TmuxMisunderstood(text) if MISUNDERSTOOD.match(text) else TmuxRefused(text)


@frozen
class Changed:
    """Something about the sessions of this server changed, or may have: look again."""

    server: int


@frozen
class ServerGone:
    """The server ended, and every session in it."""

    server: int
    reason: str


@frozen
class ServerBack:
    """There is a connection (again); what was said meanwhile was not heard: look again."""

    server: int


TmuxChange = Changed | ServerGone | ServerBack


@frozen
class Size:
    columns: int
    rows: int


@frozen
class Pane:
    """One pane as tmux sees it, with the session it is in. Ours have one pane in one window."""

    server: int
    session: str  # its name
    session_id: str  # $n
    window_id: str  # @n
    pane_id: str  # %n
    pid: int
    is_dead: bool
    dead_status: int | None  # None with is_dead: tmux has lost it, see `Tmux.nudge`
    dead_signal: int | None
    size: Size
    alternate_on: bool
    in_mode: bool
    is_piped: bool
    attached: int  # clients that show the session
    activity: int  # seconds since the epoch
    created: int
    history: int  # lines above the screen
    path: str
    command: str
    id: str  # our user option @id; empty: not one of ours


@frozen
class NewSession:
    """What is to be created. Nothing in here is expanded by tmux or read by a shell."""

    name: str
    command: tuple[str, ...]
    directory: str
    size: Size = field(default=Size(80, 24))
    environment: Mapping[str, str] = field(factory=dict[str, str])
    options: Mapping[str, str] = field(factory=dict[str, str])  # such as {"@id": "..."}


@frozen
class Created:
    session_id: str
    window_id: str
    pane_id: str
    pid: int


@frozen
class ServerFacts:
    """One tmux server, as far as we know."""

    number: int
    socket: Path
    condition: Condition
    error: str | None
    version: str | None
    pid: int | None
    sessions: int | None
    way: Way | None  # how we started it; None: it was there before us
    queued: int


@frozen
class TmuxFacts:
    """How the gateway is: for health, doctor and metrics."""

    program: str
    version: str | None  # as `tmux -V` prints it
    problem: str | None  # of the program
    servers: tuple[ServerFacts, ...]
    outcomes: Mapping[Outcome, int]
    latency: Latencies
    reconnects: int

    @property
    def queued(self) -> int:
        return sum(server.queued for server in self.servers)

    @property
    def sessions(self) -> int:
        return sum(server.sessions or 0 for server in self.servers)
