"""What sessions need of tmux, each a small function. Targets are exact: `exactly(name)`, or ids."""

from collections.abc import Sequence

from rdvd.ground.errors import BadInput

from .gateway import Tmux
from .greeting import HIDDEN
from .panes import pane_format
from .quoting import Command, literal, literal_for_clock
from .types import Created, Lines, NewSession, Pane, Size, TargetGone, TmuxRefused

LARGEST = 10_000  # columns or rows that tmux can have
KEYS_AT_ONCE = 4_096
CREATED = "#{session_id} #{window_id} #{pane_id} #{pane_pid}"


def exactly(name: str) -> str:
    """A target that is this session and no other: tmux alone would take `a` for `agent-1`."""
    return f"={name}:"


async def new_session(tmux: Tmux, server: int, new: NewSession, *more: Command) -> Created:
    """In one breath with what is to be done with it (`more`): all of it, or no session is left.

    Whether the directory is there must be known before: tmux takes another one silently.
    """
    try:
        created, *rest = await tmux.attempt(server, (_creation(new), *_options(new), *more))
        if isinstance(created, TmuxRefused):
            raise created
        for answer in rest:
            if isinstance(answer, TmuxRefused):
                await tmux.attempt(server, (("kill-session", "-t", exactly(new.name)),))
                raise answer
    finally:
        tmux.settle(server)
    session, window, pane, pid = b"".join(created).decode().split(" ")
    return Created(session, window, pane, int(pid))


def _creation(new: NewSession) -> Command:
    if not new.command:
        raise BadInput("a session runs a command, and none was given")
    check_size(new.size)
    variables = (f"{name}={value}" for name, value in new.environment.items())
    environment = [word for variable in variables for word in ("-e", variable)]
    return (
        "new-session", "-d", "-P", "-F", CREATED, "-s", literal(new.name), "-n", "rdv",
        "-x", str(new.size.columns), "-y", str(new.size.rows), "-c", literal(new.directory),
        *environment, "--", *without_shell(new.command),
    )  # fmt: skip


def _options(new: NewSession) -> list[Command]:
    """`window-size` is set for each: as a global option it makes tmux 3.3a fall over here."""
    target = exactly(new.name)
    size: Command = ("set-option", "-w", "-t", target, "window-size", "manual")
    return [
        size,
        *(("set-option", "-t", target, name, value) for name, value in new.options.items()),
    ]


def without_shell(command: Sequence[str]) -> tuple[str, ...]:
    """tmux hands a single word to a shell, and several to exec."""
    return tuple(command) if len(command) > 1 else ("/bin/sh", "-c", 'exec "$0"', *command)


async def kill_session(tmux: Tmux, server: int, target: str) -> None:
    await tmux.run(server, "kill-session", "-t", target)


async def list_panes(tmux: Tmux, server: int) -> tuple[Pane, ...]:
    """All of this server but that of the gateway."""
    form = pane_format()
    answer = await tmux.run(server, "list-panes", "-a", "-F", str(form))
    return tuple(pane for pane in form.parse(server, answer) if pane.session != HIDDEN)


async def capture(
    tmux: Tmux,
    server: int,
    target: str,
    *,
    history: int = 0,
    ansi: bool = False,
    joined: bool = False,
) -> Lines:
    """The screen, and up to so many lines above it; `joined`: wrapped lines as one."""
    look = capturing(target, history=history, ansi=ansi, joined=joined)
    (screen,) = await tmux.batch(server, (look,))
    return screen


def capturing(
    target: str, *, history: int = 0, ansi: bool = False, joined: bool = False
) -> Command:
    flags = [*(["-e"] if ansi else []), *(["-J"] if joined else [])]
    return ("capture-pane", "-p", *flags, "-S", str(-history), "-t", target)


async def kill_seen(
    tmux: Tmux, server: int, target: str, *, history: int = 0, ansi: bool = False
) -> Lines | None:
    """End it and return what it showed to the last, in one breath; None: it was gone."""
    look = capturing(target, history=history, ansi=ansi)
    seen, killed = await tmux.attempt(server, (look, ("kill-session", "-t", target)))
    if isinstance(killed, TmuxRefused) and not isinstance(killed, TargetGone):
        raise killed
    return None if isinstance(seen, TmuxRefused) else seen


async def send_keys(tmux: Tmux, server: int, target: str, *keys: str) -> None:
    """Keys by their names (`Enter`, `C-c`); what is no name is typed. Ends copy mode first."""
    await tmux.batch(server, (_leave_mode(target), ("send-keys", "-t", target, "--", *keys)))


async def send_bytes(tmux: Tmux, server: int, target: str, data: bytes) -> None:
    """Exactly these bytes, as if they were typed."""
    parts = (data[at : at + KEYS_AT_ONCE] for at in range(0, len(data), KEYS_AT_ONCE))
    sending = (
        ("send-keys", "-t", target, "-H", *(f"{byte:02x}" for byte in part)) for part in parts
    )
    await tmux.batch(server, (_leave_mode(target), *sending))


async def resize_window(tmux: Tmux, server: int, target: str, size: Size) -> None:
    check_size(size)
    await tmux.run(
        server, "resize-window", "-t", target, "-x", str(size.columns), "-y", str(size.rows)
    )


def check_size(size: Size) -> None:
    if not (1 <= size.columns <= LARGEST and 1 <= size.rows <= LARGEST):
        raise BadInput(f"a terminal has 1 to {LARGEST:,} columns and rows, not {size}")


def piping(target: str, script: str) -> Command:
    """For a batch: everything the pane prints goes to this line of sh, from now on.

    Nothing in it is expanded by tmux; quoting it for sh is the caller's (`shlex.join`).
    """
    return ("pipe-pane", "-O", "-t", target, literal_for_clock(script))


async def pipe_pane(tmux: Tmux, server: int, target: str, script: str) -> None:
    await tmux.batch(server, (piping(target, script),))


async def respawn(
    tmux: Tmux, server: int, target: str, command: Sequence[str], directory: str
) -> None:
    """Another program in the same pane; what runs there is killed."""
    await tmux.run(
        server, "respawn-pane", "-k", "-t", target, "-c", literal(directory), "--",
        *without_shell(command),
    )  # fmt: skip


def _leave_mode(target: str) -> Command:
    """In copy mode keys are swallowed without an error."""
    return ("copy-mode", "-q", "-t", target)
