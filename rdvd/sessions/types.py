"""What a session is, the states it can be in, and what is announced of it. Never a secret."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from attrs import field, frozen

from rdvd.identity import SessionId, UserId

Status = Literal["starting", "active", "suspended", "exited", "lost", "closed", "trashed"]
STATUSES: tuple[Status, ...] = (
    "starting", "active", "suspended", "exited", "lost", "closed", "trashed",
)  # fmt: skip
LIVING: tuple[Status, ...] = ("starting", "active", "suspended")

Provider = Literal["claude", "codex", "gemini", "opencode"]
PROVIDERS: tuple[Provider, ...] = ("claude", "codex", "gemini", "opencode")

RestartPolicy = Literal["never", "on-failure", "always"]

FEWEST_COLUMNS, MOST_COLUMNS = 10, 1_000
FEWEST_ROWS, MOST_ROWS = 3, 1_000


@frozen
class Pane:
    """Where a session lives: the pane, and the wrapper in it, told from whoever gets its pid next.

    `born` is the start time of the process in ticks since boot, as /proc has it.
    """

    server: int
    pane: str
    pid: int
    born: int


@frozen
class Exit:
    """How the command ended. Neither code nor signal: it was killed together with its wrapper."""

    code: int | None
    signal: int | None
    at: int


@frozen
class Starting:
    """Something is being made, or was being made when the daemon ended. `again`: a relaunch."""

    since: int
    again: bool = False


@frozen
class Active:
    pane: Pane


@frozen
class Suspended:
    """Nobody watches. `frozen`: its processes are stopped as well."""

    pane: Pane
    frozen: bool = False


@frozen
class Exited:
    """The command has ended. The pane, if it is still there, shows the last screen."""

    exit: Exit
    pane: Pane | None = None


@frozen
class Lost:
    """The terminal is gone, and nobody saw the command end."""

    reason: str
    at: int


@frozen
class Closed:
    at: int
    exit: Exit | None = None


@frozen
class Trashed:
    at: int
    exit: Exit | None = None


State: TypeAlias = Starting | Active | Suspended | Exited | Lost | Closed | Trashed
Living: TypeAlias = Active | Suspended


@frozen
class Size:
    columns: int
    rows: int


@frozen
class Program:
    """What runs in the pane: an agent, or else a command of a shell, or arguments, or a shell."""

    agent: Provider | None = None
    line: str | None = None
    arguments: tuple[str, ...] = ()
    # Of the user. Values are nobody's business: they may be keys.
    environment: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    flags: tuple[str, ...] = ()  # of the agent


@frozen
class Restarts:
    """Whether it is started again when it ends, and how often it was, by itself or on request."""

    policy: RestartPolicy = "never"
    count: int = 0
    in_a_row: int = 0  # by the policy, each soon after the one before


@frozen
class Session:
    """All that is known of a session. Times are milliseconds."""

    id: SessionId
    user: UserId
    name: str
    state: State
    program: Program
    directory: str
    created: int
    updated: int
    size: Size = Size(120, 40)
    folder: str | None = None
    branch: str | None = None
    is_orchestrator: bool = False
    order: int = 0
    restarts: Restarts = Restarts()
    conversation: str | None = None  # the agent's own id for it, to go on from there

    @property
    def tmux_name(self) -> str:
        return f"rdv-{self.id}"


@frozen
class TreeOrder:
    """A worktree to make for it. Without `base` a new branch begins where the directory is."""

    branch: str
    base: str | None = None


@frozen
class Order:
    """What is asked for: all of a session that somebody may choose."""

    user: UserId
    name: str
    directory: str | None = None
    program: Program = Program()
    size: Size | None = None
    folder: str | None = None
    branch: str | None = None
    is_orchestrator: bool = False
    restart: RestartPolicy = "never"
    conversation: str | None = None
    worktree: TreeOrder | None = None  # of the repository that the directory is in


@frozen
class Survivor:
    """A process of a session that would not end."""

    pid: int
    command: str


@frozen
class Created:
    session: Session


@frozen
class Updated:
    """Something about it is different: its state, its name, its place."""

    session: Session


@frozen
class Ended:
    """The command has ended, or the terminal is gone."""

    session: Session


@frozen
class Restarted:
    session: Session


@frozen
class Left:
    """Closed, or moved to the trash: nothing of it runs any more."""

    session: Session
    survivors: tuple[Survivor, ...] = ()


@frozen
class Vanished:
    """It was never completed, and nothing is left of it."""

    session: Session


SessionFact: TypeAlias = Created | Updated | Ended | Restarted | Left | Vanished


def status_of(state: State) -> Status:
    return type(state).__name__.lower()  # pyright: ignore[reportReturnType]  # each is named so


def pane_of(session: Session) -> Pane | None:
    """The pane that there is, dead or alive."""
    return getattr(session.state, "pane", None)


def exit_of(session: Session) -> Exit | None:
    return getattr(session.state, "exit", None)
