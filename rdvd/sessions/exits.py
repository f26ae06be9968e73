"""How a command ended, learnt from what its wrapper left, else from tmux, else not at all."""

import logging
from functools import partial
from pathlib import Path

import trio

from rdvd.ground.clock import now_ms
from rdvd.ground.errors import Problem
from rdvd.ground.private import write_private
from rdvd.tmux import TmuxUnavailable

from . import terminal, transitions
from .homes import read_exit
from .launch import SCREEN_HISTORY
from .shop import Shop
from .types import Exit, Pane, Session, pane_of

log = logging.getLogger("rdvd.sessions")

PATIENCE_SECONDS = 2.0
CUT_SHORT = "the daemon ended while it was being started"


async def learn_end(shop: Shop, session: Session, pane: Pane) -> Session:
    """The session as it is now that its wrapper has ended."""
    how = await trio.to_thread.run_sync(read_exit, shop.home(session.id))
    place = terminal.Place(pane.server, session.tmux_name)
    if how is not None:
        return transitions.ended(session, how, now_ms())
    try:
        with trio.fail_after(PATIENCE_SECONDS):
            seen = await _look_twice(shop, place)
    except (TmuxUnavailable, trio.TooSlowError) as problem:
        return transitions.lost(session, why_gone(session, str(problem)), now_ms())
    if seen is None:
        why = why_gone(session, "its terminal was ended from outside")
        return transitions.lost(session, why, now_ms())
    return transitions.ended(session, Exit(seen.status, seen.signal, now_ms()), now_ms())


async def _look_twice(shop: Shop, place: terminal.Place) -> terminal.Seen | None:
    """tmux 3.3a may have lost how a pane ended, and finds it when it is nudged."""
    seen = await terminal.look(shop.tmux, place)
    if seen is not None and seen.status is None and seen.signal is None:
        shop.tmux.nudge(place.server)
        seen = await terminal.look(shop.tmux, place)
    return seen


async def keep_screen(shop: Shop, session: Session, place: terminal.Place) -> None:
    """What was on the screen last, kept as far as it can be had: nothing depends on it."""
    screen = await last_screen(shop, session, place)
    if screen is not None:
        await write_screen(shop, session, screen)


async def last_screen(shop: Shop, session: Session, place: terminal.Place) -> bytes | None:
    with trio.move_on_after(PATIENCE_SECONDS):
        try:
            await shop.recording.drain(session.id)
            return await terminal.capture(
                shop.tmux, place, lines=SCREEN_HISTORY, escapes=True, joined=False
            )
        except Problem as problem:
            _warn(session, problem)
    return None


async def write_screen(shop: Shop, session: Session, screen: bytes) -> None:
    try:
        keep = partial(write_private, shop.home(session.id).screen, screen, for_good=False)
        await trio.to_thread.run_sync(keep)
    except Problem as problem:
        _warn(session, problem)


def _warn(session: Session, problem: Problem) -> None:
    extra = {"session": session.id, "error": problem.detail}
    log.warning("session.screen_not_kept", extra=extra)


def why_gone(session: Session, otherwise: str) -> str:
    booted = boot_ms()
    return "the machine was restarted" if booted > session.updated else otherwise


def boot_ms() -> int:
    """When the machine started, to the second."""
    line = next(
        each for each in Path("/proc/stat").read_text().splitlines() if each.startswith("btime ")
    )
    return int(line.split()[1]) * 1000


async def agree(shop: Shop, session: Session) -> Session:
    """What a session that was left running has become, seen from a daemon that has just begun."""
    pane = pane_of(session)
    if pane is None:
        return session
    place = terminal.Place(pane.server, session.tmux_name)
    try:
        with trio.fail_after(PATIENCE_SECONDS):
            seen = await terminal.look(shop.tmux, place)
    except (TmuxUnavailable, trio.TooSlowError):
        return session  # the wrapper's own life decides, which whoever follows it will see
    if seen is None:
        return transitions.without_pane(session, now_ms())
    if not shop.home(session.id).screen.exists():
        await keep_screen(shop, session, place)
    return session
