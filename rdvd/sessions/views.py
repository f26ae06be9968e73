"""Sessions as clients see them, in the words of seed 000 and a few more."""

from collections.abc import Iterable
from typing import Literal

from attrs import asdict, frozen

from rdvd.bytelog import Gap

from .orphans import Orphan
from .types import (
    Closed,
    Left,
    Lost,
    RestartPolicy,
    Session,
    Status,
    Survivor,
    Suspended,
    Trashed,
    exit_of,
    pane_of,
    status_of,
)


@frozen
class SessionShown:
    """A session. Of its environment only the names of the variables; times in milliseconds."""

    id: str
    user_id: str
    name: str
    tmux_session_name: str
    status: Status
    project_path: str
    folder_id: str | None
    worktree_branch: str | None
    agent_provider: str | None
    is_orchestrator_session: bool
    created_at: int
    updated_at: int
    tab_order: int
    columns: int
    rows: int
    shell_command: str | None
    command: list[str]
    environment_names: list[str]
    conversation_id: str | None
    restart_policy: RestartPolicy
    restart_count: int
    frozen: bool
    exit_code: int | None
    exit_signal: int | None
    exited_at: int | None
    lost_reason: str | None
    ended_at: int | None  # when it was lost, closed or moved to the trash
    server: int | None
    pane: str | None
    pid: int | None
    pid_started: int | None


@frozen
class SessionFound(SessionShown):
    """A session as it is found, with when it last printed something; null if that is not known.

    That is no part of its state: it changes all the time, and neither its tag nor events tell.
    """

    last_activity_at: int | None


@frozen
class Leftover:
    """A process that would not end."""

    pid: int
    command: str


@frozen
class ClosedShown:
    """What has been closed, and what of it would not end."""

    session: SessionShown
    survivors: list[Leftover]
    success: bool = True


@frozen
class OrphanShown:
    """A tmux session on a server of ours that no session lives in."""

    server: int
    name: str
    pid: int
    is_dead: bool
    command: str
    project_path: str
    created_at: int


@frozen
class OrphanEnded:
    survivors: list[Leftover]
    success: bool = True


@frozen
class Scrollback:
    """The last lines, from the terminal itself or, where that has forgotten some, from the log.

    `is_whole`, where it is known: nothing older was left out.
    """

    content: str
    lines: int
    source: Literal["terminal", "log"] = "terminal"
    is_whole: bool | None = None


@frozen
class ExecResult:
    """What a command returned and printed; `interrupted`: somebody stopped it from the keyboard.

    Of a long output the end is kept. No exit code: the session itself ended by it.
    """

    exit_code: int | None
    output: str
    duration_ms: int
    truncated: bool
    interrupted: bool


@frozen
class StepShown:
    """What came of a step. After one that did not match, the others are skipped."""

    outcome: Literal["matched", "timeout", "ended", "skipped"]
    matched: str | None
    before: str
    duration_ms: int


@frozen
class ScriptResult:
    success: bool
    steps: list[StepShown]


@frozen
class PastScreen:
    """Which moment it is. `gap`: the last place before at which bytes are missing, if any."""

    at: int | None  # when the last byte of it had come; null before the first one
    offset: int
    cursor_x: int  # may be `columns`: the next character would have gone into the next line
    cursor_y: int
    cursor_visible: bool
    is_alternate: bool  # a full-screen program's screen
    gap: Gap | None


@frozen
class Screen:
    """What is on the screen, or was when the command ended, or at the moment `past` tells of."""

    content: str
    columns: int
    rows: int
    is_live: bool
    past: PastScreen | None = None


@frozen
class SessionTicket:
    """Opens the terminal of this one session, once, soon."""

    token: str
    session_id: str
    tmux_session_name: str
    expires_in: float


@frozen
class RestoredShown:
    """Those that run again, and why others do not."""

    restored: list[SessionShown]
    failed: dict[str, str]


def shown(session: Session) -> SessionShown:
    state, program = session.state, session.program
    pane, end = pane_of(session), exit_of(session)
    return SessionShown(
        id=session.id,
        user_id=session.user,
        name=session.name,
        tmux_session_name=session.tmux_name,
        status=status_of(state),
        project_path=session.directory,
        folder_id=session.folder,
        worktree_branch=session.branch,
        agent_provider=program.agent,
        is_orchestrator_session=session.is_orchestrator,
        created_at=session.created,
        updated_at=session.updated,
        tab_order=session.order,
        columns=session.size.columns,
        rows=session.size.rows,
        shell_command=program.line,
        command=list(program.arguments),
        environment_names=sorted(program.environment),
        conversation_id=session.conversation,
        restart_policy=session.restarts.policy,
        restart_count=session.restarts.count,
        frozen=isinstance(state, Suspended) and state.frozen,
        exit_code=end and end.code,
        exit_signal=end and end.signal,
        exited_at=end and end.at,
        lost_reason=state.reason if isinstance(state, Lost) else None,
        ended_at=state.at if isinstance(state, Lost | Closed | Trashed) else None,
        server=pane and pane.server,
        pane=pane and pane.pane,
        pid=pane and pane.pid,
        pid_started=pane and pane.born,
    )


def found(view: SessionShown, printed_at: int | None) -> SessionFound:
    return SessionFound(**asdict(view, recurse=False), last_activity_at=printed_at)


def shown_orphan(orphan: Orphan) -> OrphanShown:
    return OrphanShown(
        orphan.server, orphan.name, orphan.pid, orphan.is_dead, orphan.command,
        orphan.directory, orphan.created,
    )  # fmt: skip


def shown_left(left: Left) -> ClosedShown:
    return ClosedShown(shown(left.session), leftovers(left.survivors))


def leftovers(survivors: Iterable[Survivor]) -> list[Leftover]:
    return [Leftover(each.pid, each.command) for each in survivors]
