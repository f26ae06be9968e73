"""What clients send about sessions, in the words of seed 000 and a few more."""

from typing import Annotated, Literal

import msgspec
from attrs import field, frozen

from rdvd.ground.members import Id, Name, left_out
from rdvd.identity import UserId

from .types import (
    FEWEST_COLUMNS,
    FEWEST_ROWS,
    MOST_COLUMNS,
    MOST_ROWS,
    Order,
    Program,
    Provider,
    RestartPolicy,
    Size,
    Status,
    TreeOrder,
)

Columns = Annotated[int, msgspec.Meta(ge=FEWEST_COLUMNS, le=MOST_COLUMNS)]
Rows = Annotated[int, msgspec.Meta(ge=FEWEST_ROWS, le=MOST_ROWS)]
Directory = Annotated[str, msgspec.Meta(min_length=1, max_length=4_096)]
Text = Annotated[str, msgspec.Meta(max_length=1_048_576)]
Moment = Annotated[int, msgspec.Meta(ge=0, le=2**53)]  # milliseconds since the epoch, or bytes
Format = Literal["text", "ansi"]


@frozen
class NewTree:
    """A worktree for the session, of the repository that project_path is in."""

    branch: Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]
    base: Id | None = None


@frozen
class NewSession:
    """A session to begin. Without agent, command and shell_command it is a shell."""

    __also_camel__ = True

    name: Name
    project_path: Directory | None = None
    folder_id: Id | None = None
    worktree_branch: Id | None = None
    agent_provider: Provider | None = None
    is_orchestrator_session: bool = False
    shell_command: str | None = None
    command: list[str] = field(factory=list[str])
    environment: dict[str, str] = field(factory=dict[str, str], repr=False)
    columns: Columns | None = None
    rows: Rows | None = None
    restart_policy: RestartPolicy = "never"
    conversation_id: Id | None = None
    worktree: NewTree | None = None


@frozen
class SessionPatch:
    """What is left out stays as it is. `status`: "suspended" and "active" suspend and resume."""

    __also_camel__ = True

    name: Name | None = None
    folder_id: str | None = field(factory=left_out)
    worktree_branch: str | None = field(factory=left_out)
    conversation_id: str | None = field(factory=left_out)
    restart_policy: RestartPolicy | None = None
    status: Literal["active", "suspended"] | None = None


@frozen
class SessionQuery:
    """Closed ones are listed only if asked for."""

    folder_id: str | None = None
    status: Status | None = None


@frozen
class CloseQuery:
    """`cleanup` also removes the worktree of the session, if we have made one for it."""

    cleanup: bool = False


@frozen
class Suspending:
    """`freeze` also stops all processes of the session."""

    freeze: bool = False


@frozen
class Resuming:
    """`relaunch` begins it anew if nothing runs in it any more."""

    relaunch: bool = False


@frozen
class Reordering:
    """These first, in this order."""

    __also_camel__ = True

    session_ids: Annotated[list[Id], msgspec.Meta(max_length=10_000)]


@frozen
class OrphanChoice:
    """As `GET /api/sessions/orphans` lists it."""

    server: int
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]


@frozen
class FolderChoice:
    __also_camel__ = True

    folder_id: Id | None


@frozen
class Typing:
    """Text, as if it was typed; `enter` presses Enter after it."""

    text: Text
    enter: bool = False


@frozen
class Exec:
    """A command for the shell in the session. Without `wait` it is only typed."""

    __also_camel__ = True

    command: Text
    wait: bool = False
    timeout_seconds: Annotated[float, msgspec.Meta(gt=0, le=3_600)] = 60.0
    max_output_bytes: Annotated[int, msgspec.Meta(ge=1, le=16_777_216)] = 1_048_576
    raw: bool = False  # the output with all that only a terminal understands


@frozen
class StepOrder:
    """Wait for the pattern (a regular expression, or text if `literal`), then type the reply."""

    pattern: Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]
    reply: Text | None = None
    enter: bool = True
    timeout_seconds: Annotated[float, msgspec.Meta(gt=0, le=3_600)] = 30.0
    literal: bool = False


@frozen
class Script:
    steps: Annotated[list[StepOrder], msgspec.Meta(min_length=1, max_length=100)]


@frozen
class Keys:
    """Keys by name: Enter, Escape, Tab, Up, F1, C-c, M-x; a single character is that key."""

    keys: Annotated[list[str], msgspec.Meta(min_length=1, max_length=256)]


@frozen
class Resizing:
    columns: Columns
    rows: Rows


@frozen
class ScrollbackQuery:
    lines: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 100
    format: Format = "text"


@frozen
class ScreenQuery:
    """Now; or `at` a time in milliseconds, or when all before an `offset` of the log had come."""

    format: Format = "text"
    at: Moment | None = None
    offset: Moment | None = None


def order_of(body: NewSession, user: UserId) -> Order:
    size, tree = None, body.worktree
    if body.columns is not None or body.rows is not None:
        size = Size(body.columns or 120, body.rows or 40)
    return Order(
        user=user,
        name=body.name,
        directory=body.project_path,
        program=Program(
            body.agent_provider, body.shell_command, tuple(body.command), dict(body.environment)
        ),
        size=size,
        folder=body.folder_id,
        branch=body.worktree_branch,
        is_orchestrator=body.is_orchestrator_session,
        restart=body.restart_policy,
        conversation=body.conversation_id,
        worktree=tree and TreeOrder(tree.branch, tree.base),
    )
