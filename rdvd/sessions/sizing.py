"""The size of a session's terminal over time, noted beside its log: without it nobody could tell
later where lines were broken."""

import logging

import trio

from rdvd import screens
from rdvd.bytelog import ByteLog, RecorderProblem
from rdvd.ground.clock import now_ms
from rdvd.ground.errors import Problem
from rdvd.ground.private import make_directory
from rdvd.identity import SessionId

from .homes import Home
from .shop import Shop
from .types import Size

log = logging.getLogger("rdvd.sessions")

PATIENCE_SECONDS = 1.0


async def offset_now(shop: Shop, id: SessionId) -> int:
    """Behind all that tmux has handed over, or behind what is on file if nobody knows more."""
    with trio.move_on_after(PATIENCE_SECONDS):
        try:
            return await shop.recording.drain(id)
        except RecorderProblem:
            pass  # there is no recorder now, or it does not record this session any more
    return await trio.to_thread.run_sync(lambda: ByteLog(shop.home(id).path).end)


async def note_size(
    shop: Shop, id: SessionId, size: Size, offset: int, *, is_new: bool = False
) -> None:
    """From this offset on it holds, of another terminal if that `is_new`."""
    await trio.to_thread.run_sync(_note, shop.home(id), size, offset, is_new)


def note_first_size(home: Home, size: Size) -> None:
    """Of a session that has printed nothing yet. In a thread."""
    _note(home, size, 0, True)


def _note(home: Home, size: Size, offset: int, is_new: bool) -> None:
    """Where it cannot be written the session goes on all the same."""
    directory = ByteLog(home.path).directory
    noted = screens.Size(offset, now_ms(), size.columns, size.rows, is_new)
    try:
        make_directory(directory)
        screens.append_size(directory, noted)
    except (OSError, Problem) as error:
        log.warning(
            "session.size_not_noted", extra={"session": home.path.name, "error": str(error)}
        )
