"""What a session asks of its tmux server, by a name of ours that is never a pattern."""

from collections.abc import Mapping
from contextlib import suppress

from attrs import frozen

from rdvd import tmux as gateway
from rdvd.bytelog import pipe_command
from rdvd.ground.errors import BadInput
from rdvd.tmux import NewSession, TargetGone, Tmux

from .homes import Home
from .types import Session, Size

PANE_FACTS = "#{pane_id} #{pane_pid} #{pane_dead} #{pane_dead_status} #{pane_dead_signal}"
MOST_LINES = 100_000


@frozen
class Place:
    """A session on its server."""

    server: int
    name: str

    @property
    def target(self) -> str:
        return gateway.exactly(self.name)


@frozen
class Seen:
    """The pane as tmux tells it. A dead one may lack both status and signal, see tmux 4559."""

    pane: str
    pid: int
    is_dead: bool
    status: int | None
    signal: int | None


async def create(
    tmux: Tmux,
    place: Place,
    session: Session,
    home: Home,
    command: tuple[str, ...],
    environment: Mapping[str, str],
) -> tuple[str, int]:
    """The tmux session with its options and its pipe, in one go: its pane, and the pid in it."""
    new = NewSession(
        name=place.name,
        command=command,
        directory=session.directory,
        size=_size(session.size),
        environment=environment,
        options={"@id": session.id},
    )
    pipe = gateway.piping(place.target, pipe_command(home.path))
    created = await gateway.new_session(tmux, place.server, new, pipe)
    return created.pane_id, created.pid


async def pipe(tmux: Tmux, place: Place, home: Home) -> None:
    await gateway.pipe_pane(tmux, place.server, place.target, pipe_command(home.path))


async def look(tmux: Tmux, place: Place) -> Seen | None:
    """The pane, dead or alive; None: tmux has no such session."""
    with suppress(TargetGone):
        told = await tmux.run(place.server, "list-panes", "-t", place.target, "-F", PANE_FACTS)
        return _seen(told[0])
    return None


async def end(tmux: Tmux, place: Place) -> None:
    with suppress(TargetGone):
        await gateway.kill_session(tmux, place.server, place.target)


async def end_seen(tmux: Tmux, place: Place, *, lines: int) -> bytes | None:
    """What it showed to the last, with escapes."""
    told = await gateway.kill_seen(tmux, place.server, place.target, history=lines, ansi=True)
    return None if told is None else b"\n".join(told)


async def capture(tmux: Tmux, place: Place, *, lines: int, escapes: bool, joined: bool) -> bytes:
    """The screen and so many lines of history above it."""
    told = await gateway.capture(
        tmux,
        place.server,
        place.target,
        history=min(lines, MOST_LINES),
        ansi=escapes,
        joined=joined,
    )
    return b"\n".join(told)


async def has_let_go(tmux: Tmux, place: Place) -> bool:
    """Whether its history is full. At its limit tmux lets a tenth of it go."""
    form = "#{history_size} #{history_limit}"
    told = await tmux.run(place.server, "display-message", "-p", "-t", place.target, form)
    size, limit = map(int, told[0].split())
    return size >= limit - max(1, limit // 10)


async def paste(tmux: Tmux, place: Place, text: str, *, enter: bool = False) -> None:
    """Literally, whatever mode the pane is in; in brackets where the program asked for them."""
    check_text(text)
    await gateway.paste_text(tmux, place.server, place.target, text)
    if enter:
        await gateway.send_keys(tmux, place.server, place.target, "Enter")


async def press(tmux: Tmux, place: Place, keys: tuple[str, ...]) -> None:
    """Keys by tmux's names for them, checked before."""
    await gateway.send_keys(tmux, place.server, place.target, *keys)


async def type_at_once(tmux: Tmux, place: Place, data: bytes) -> None:
    """These bytes and nobody's key between them, as long as they are not very many."""
    await gateway.send_bytes(tmux, place.server, place.target, data)


async def resize(tmux: Tmux, place: Place, size: Size) -> None:
    await gateway.resize_window(tmux, place.server, place.target, _size(size))


def check_text(text: str) -> None:
    """Text may be typed by anybody for anybody; what terminals obey has to be said as keys."""
    bad = [c for c in text if (c < " " and c not in "\t\n\r") or "\x7f" <= c <= "\x9f"]
    if bad:
        raise BadInput(f"text must not hold control characters ({bad[0]!r}): send them as keys")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadInput("this is no text that can be written as UTF-8") from None


def _seen(told: bytes) -> Seen:
    pane, pid, dead, status, signal = told.decode().split(" ")
    return Seen(pane, int(pid), dead == "1", _number(status), _number(signal))


def _number(text: str) -> int | None:
    return int(text) if text else None


def _size(size: Size) -> gateway.Size:
    return gateway.Size(size.columns, size.rows)
