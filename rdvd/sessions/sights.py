"""What is and was on the screen of a session: from tmux, and after it from what was kept."""

import trio

from rdvd.ground.errors import NotFound
from rdvd.tmux import TargetGone

from . import terminal
from .acts import place_of
from .commands import SEQUENCE
from .past import last_lines
from .shop import Shop
from .types import Session, pane_of
from .views import Screen, Scrollback
from .wire import ScrollbackQuery


class NothingShown(NotFound):
    """It has printed nothing that was kept."""

    code = "NO_SCREEN"


async def scrollback_of(shop: Shop, session: Session, query: ScrollbackQuery) -> Scrollback:
    """The last lines that are not empty; long ones whole, however the terminal broke them.

    From the terminal, and from the log where the terminal knows of fewer than there were.
    """
    seen, problem = None, None
    try:
        seen = await _lines_seen(shop, session, query)
    except NothingShown as error:
        problem = error
    if seen is not None and (seen.lines >= query.lines or not await _forgets(shop, session)):
        return seen
    logged = await _lines_logged(shop, session, query)
    if logged.lines and (seen is None or logged.lines >= seen.lines):
        return logged
    if seen is None:
        raise problem or NothingShown("nothing of its screen was kept")
    return seen


async def _lines_seen(shop: Shop, session: Session, query: ScrollbackQuery) -> Scrollback:
    escapes = query.format == "ansi"
    text = await _seen(shop, session, lines=query.lines, escapes=escapes, joined=True)
    lines = text.rstrip(b"\n ").split(b"\n")[-query.lines :]
    return Scrollback(_text(b"\n".join(lines)), len(lines))


async def _lines_logged(shop: Shop, session: Session, query: ScrollbackQuery) -> Scrollback:
    found = await last_lines(shop, session, query.lines, query.format)
    return Scrollback("\n".join(found.lines), len(found.lines), "log", found.is_whole)


async def _forgets(shop: Shop, session: Session) -> bool:
    """Whether there was more than tmux knows: it has let go of lines, or of a whole terminal."""
    pane = pane_of(session)
    if pane is None or session.restarts.count:
        return True
    try:
        return await terminal.has_let_go(shop.tmux, place_of(session, pane))
    except TargetGone:
        return True


async def screen_of(shop: Shop, session: Session, *, with_escapes: bool) -> Screen:
    text = await _seen(shop, session, lines=0, escapes=with_escapes, joined=False)
    size = session.size
    rows = text.split(b"\n")[-size.rows :]
    is_live = pane_of(session) is not None
    return Screen(_text(b"\n".join(rows)), size.columns, size.rows, is_live)


async def _seen(shop: Shop, session: Session, *, lines: int, escapes: bool, joined: bool) -> bytes:
    pane = pane_of(session)
    if pane is not None:
        try:
            return await terminal.capture(
                shop.tmux, place_of(session, pane), lines=lines, escapes=escapes, joined=joined
            )
        except TargetGone:
            pass  # it has just ended; what was on its screen has been kept before
    return await trio.to_thread.run_sync(_kept, shop, session, escapes)


def _kept(shop: Shop, session: Session, escapes: bool) -> bytes:
    try:
        kept = shop.home(session.id).screen.read_bytes()
    except FileNotFoundError:
        raise NothingShown("nothing of its screen was kept") from None
    return kept if escapes else SEQUENCE.sub(b"", kept)


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")
