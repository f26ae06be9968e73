"""Beginning a session as one act: either all of it is there, or nothing is.

The wrapper in the pane waits until the end of the act, so that nothing of the user's runs before
its byte log, its environment and its right place among the peers are settled. The row says that
something was begun before anything is made; the next start of the daemon clears away what it finds
half done, which is the same whether it was a refusal, a cancellation or a crash.
"""

import logging
import math
from collections.abc import Generator
from contextlib import contextmanager

import trio

from rdvd.bytelog import RecorderProblem
from rdvd.ground.clock import now_ms
from rdvd.ground.errors import Problem
from rdvd.identity import Auth
from rdvd.tmux import TmuxUnavailable

from . import homes, terminal, transitions
from .checks import check_directory
from .ending import end_processes
from .processes import look_at
from .programs import command_of, environment_of
from .shop import Shop, traces_of
from .sizing import note_first_size, note_size
from .together import both
from .types import Pane, Session

log = logging.getLogger("rdvd.sessions")

ENDING_SECONDS, CLEARING_SECONDS = 8.0, 1.0  # that a recorder is waited for
SCREEN_HISTORY = 1_000
MEETING_SECONDS = 10.0
# Threads that meet wrappers at their FIFOs. They wait for what is on its way, so they must not
# take the place of those that work.
WAITERS = trio.CapacityLimiter(math.inf)


class NotLaunched(Problem):
    """What was begun could not be brought to its end, and was undone."""

    status = 502
    title = "The session could not be started"
    code = "NOT_LAUNCHED"


async def launch(shop: Shop, session: Session, token: str, *, again: bool) -> Session:
    """From `Starting`, which is on the disk already, to `Active`, which is not yet.

    Whoever calls it clears away what it has made, if it or anything after it fails. The wrapper
    prints nothing before it is let go, so its recording may begin while tmux begins the pane.
    """
    home = shop.home(session.id)
    _, server = await both(
        lambda: trio.to_thread.run_sync(_prepare, session, home, again), shop.tmux.server_with_room
    )
    command = homes.wrapped(home, command_of(session, shop.settings, again=again))
    place = terminal.Place(server, session.tmux_name)
    variables = environment_of(session, shop.settings, token)
    _, (pane, pid) = await both(
        lambda: _record(shop, session, again=again),
        lambda: terminal.create(shop.tmux, place, session, home, command, variables),
    )
    shop.roster.register(pid, session.id)
    wrapper = look_at(pid)
    if wrapper is None:
        raise NotLaunched("its first process ended before anything was run")
    return transitions.launched(session, Pane(server, pane, pid, wrapper.born), now_ms())


def _prepare(session: Session, home: homes.Home, again: bool) -> None:
    check_directory(session.directory)
    homes.prepare(home)
    if not again:
        note_first_size(home, session.size)


async def _record(shop: Shop, session: Session, *, again: bool) -> None:
    offset = await shop.recording.add(session.id)
    if again:
        await note_size(shop, session.id, session.size, offset, is_new=True)


async def let_go(shop: Shop, session: Session) -> None:
    """Let the wrapper begin; it may still be on its way to the FIFO."""
    home = shop.home(session.id)
    try:
        with trio.fail_after(MEETING_SECONDS):
            await trio.to_thread.run_sync(
                homes.let_go, home, abandon_on_cancel=True, limiter=WAITERS
            )
    except trio.TooSlowError:
        raise NotLaunched("its first process did not come to life") from None
    finally:
        homes.stop_waiting(home)


async def clear(shop: Shop, session: Session) -> None:
    """Take away everything that a launch may have made. Safe to repeat."""
    await end_terminals(shop, session)
    await end_processes(shop.census, traces_of(session), 0)
    await end_recording(shop, session, within=CLEARING_SECONDS)
    await shop.auth.call(Auth.revoke_session, session.id)


async def end_terminals(shop: Shop, session: Session, *, besides: int | None = None) -> None:
    """On whatever server it may be. One that does not answer now is cleared by the sweep."""
    for server in shop.tmux.servers():
        if server != besides:
            with _left_to_the_sweep(session):
                await terminal.end(shop.tmux, terminal.Place(server, session.tmux_name))


async def end_seen_terminal(shop: Shop, session: Session, place: terminal.Place) -> bytes | None:
    """The same where it is, and its last screen if that could be had."""
    with _left_to_the_sweep(session):
        return await terminal.end_seen(shop.tmux, place, lines=SCREEN_HISTORY)
    return None


@contextmanager
def _left_to_the_sweep(session: Session) -> Generator[None, None, None]:
    try:
        yield
    except TmuxUnavailable as problem:
        extra = {"session": session.id, "error": problem.detail}
        log.warning("session.terminal_not_ended", extra=extra)


async def end_recording(shop: Shop, session: Session, *, within: float = ENDING_SECONDS) -> None:
    """What it printed is kept. Without a recorder there is nothing to end: it keeps no session
    whose pipe is gone."""
    try:
        await shop.recording.remove(session.id, within=within)
    except RecorderProblem as problem:
        extra = {"session": session.id, "error": problem.detail}
        log.warning("session.recording_not_ended", extra=extra)
