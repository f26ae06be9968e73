"""What was on a session's screen at a moment that has passed, and lines that tmux has forgotten:
both rebuilt from its byte log, in worker threads."""

from collections.abc import Callable
from typing import TypeVar

import trio

from rdvd import screens
from rdvd.bytelog import ByteLog, Gap
from rdvd.ground.clock import now_ms
from rdvd.ground.errors import BadInput, NotFound

from .shop import Shop
from .types import Session
from .views import PastScreen, Screen
from .wire import Format, ScreenQuery

T = TypeVar("T")

# Rebuilding takes the processor from the daemon's loop, so there is little of it at once.
REBUILDERS = trio.CapacityLimiter(2)


class BeforeBirth(BadInput):
    """There was no such session then."""

    code = "BEFORE_BIRTH"


class NotYet(BadInput):
    """That has not happened yet."""

    code = "NOT_YET"


class NotKept(NotFound):
    """A limit has removed what was printed then."""

    code = "LOG_REMOVED"


async def past_screen(shop: Shop, session: Session, query: ScreenQuery) -> Screen:
    log = ByteLog(shop.home(session.id).path)
    return await rebuilding(lambda: _rebuilt(log, session, query))


async def last_lines(shop: Shop, session: Session, lines: int, form: Format) -> screens.Scrollback:
    log = ByteLog(shop.home(session.id).path)

    def rebuild() -> screens.Scrollback:
        sizes = screens.read_sizes(log.directory)
        return screens.render_lines(log, sizes, log.directory, lines, form)

    return await rebuilding(rebuild)


async def rebuilding(work: Callable[[], T]) -> T:
    """Whoever asked may leave; the thread ends its work then and throws it away."""
    return await trio.to_thread.run_sync(work, abandon_on_cancel=True, limiter=REBUILDERS)


def offset_of(log: ByteLog, session: Session, query: ScreenQuery, now: int) -> int:
    """Where in the log the moment is, or why there is no such."""
    first, end = log.first, log.end
    if query.at is not None and query.offset is not None:
        raise BadInput("at or offset: one of both says which moment is meant")
    if query.at is None:
        offset = query.offset or 0
    elif query.at < session.created:
        raise BeforeBirth(f"the session began at {session.created}", created_at=session.created)
    elif query.at > now:
        raise NotYet(f"it is {now} now", now=now)
    else:
        offset = log.offset_at(query.at)
    if offset > end:
        raise NotYet(f"the log ends at {end}", end=end)
    if first and offset <= first:
        at = log.time_at(first)
        raise NotKept(f"what is kept begins at offset {first}", first=first, first_at=at)
    return offset


def _rebuilt(log: ByteLog, session: Session, query: ScreenQuery) -> Screen:
    offset = offset_of(log, session, query, now_ms())
    sizes = screens.read_sizes(log.directory)
    if query.at is not None:
        sizes = sizes.known_at(query.at)
    seen = screens.screen_at(log, sizes, log.directory, offset)
    lines = seen.ansi if query.format == "ansi" else seen.text
    past = PastScreen(
        at=log.time_at(offset - 1) if offset else None,
        offset=offset,
        cursor_x=seen.cursor_x,
        cursor_y=seen.cursor_y,
        cursor_visible=seen.cursor_visible,
        is_alternate=seen.alternate,
        gap=last_gap(log.gaps(), offset),
    )
    return Screen("\n".join(lines), seen.columns, seen.rows, is_live=False, past=past)


def last_gap(gaps: list[Gap], offset: int) -> Gap | None:
    """The last place before, at which bytes are missing that would have been shown too."""
    return next((gap for gap in reversed(gaps) if gap.start < max(offset, 1)), None)
