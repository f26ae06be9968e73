"""What is done to the processes and the terminal of a session. Who calls writes the row."""

import logging

from attrs import evolve

from rdvd.bytelog import is_piped
from rdvd.ground.clock import now_ms
from rdvd.identity import Auth

from . import terminal, transitions
from .ending import end_processes, freeze, thaw
from .exits import last_screen, write_screen
from .launch import end_recording, end_terminals
from .processes import is_alive
from .shop import Shop, traces_of
from .sizing import note_size, offset_now
from .together import both
from .types import Active, Pane, Session, Size, Survivor, Suspended, pane_of

log = logging.getLogger("rdvd.sessions")


def place_of(session: Session, pane: Pane) -> terminal.Place:
    return terminal.Place(pane.server, session.tmux_name)


async def paste(shop: Shop, session: Session, text: str, *, enter: bool) -> None:
    pane = transitions.living(session).pane
    await terminal.paste(shop.tmux, place_of(session, pane), text, enter=enter)


async def press(shop: Shop, session: Session, keys: tuple[str, ...]) -> None:
    pane = transitions.living(session).pane
    await terminal.press(shop.tmux, place_of(session, pane), keys)


async def resize(shop: Shop, session: Session, size: Size) -> Session:
    place = place_of(session, transitions.shown(session))
    offset = await offset_now(shop, session.id)  # before: programs draw anew at once
    await terminal.resize(shop.tmux, place, size)
    await note_size(shop, session.id, size, offset)
    return evolve(session, size=size, updated=now_ms())


async def pipe_again(shop: Shop, session: Session) -> bool:
    """If what carries its output to the recorder is gone, mark the gap and begin anew."""
    state = session.state
    if not isinstance(state, Active | Suspended) or is_piped(shop.home(session.id).path):
        return False
    if not is_alive(state.pane.pid, state.pane.born):
        return False  # the pipe has ended with the pane, as it should
    await shop.recording.mark_gap(session.id)
    await terminal.pipe(shop.tmux, place_of(session, state.pane), shop.home(session.id))
    log.warning("session.piped_again", extra={"session": session.id})
    return True


async def suspend(shop: Shop, session: Session, *, freezes: bool) -> Session:
    after = transitions.suspended(session, now_ms(), frozen=freezes)
    if after.state == session.state:
        return session
    if freezes:
        await freeze(shop.census, traces_of(session))
    elif _is_frozen(session):
        await thaw(shop.census, traces_of(session))
    return after


async def resume(shop: Shop, session: Session) -> Session:
    after = transitions.resumed(session, now_ms())
    if _is_frozen(session):
        await thaw(shop.census, traces_of(session))
    return session if after.state == session.state else after


async def end_everything(shop: Shop, session: Session) -> tuple[Survivor, ...]:
    """Processes, terminal, recording, token. What it printed and its last screen are kept."""
    survivors = await end_processes(shop.census, traces_of(session), shop.settings.grace_seconds)
    await both(
        lambda: shop.auth.call(Auth.revoke_session, session.id),
        lambda: _end_places(shop, session),
    )
    return survivors


async def _end_places(shop: Shop, session: Session) -> None:
    pane = pane_of(session)
    screen = pane and await last_screen(shop, session, place_of(session, pane))
    if screen is None:
        await _end_terminal(shop, session)
    else:
        await both(
            lambda: write_screen(shop, session, screen), lambda: _end_terminal(shop, session)
        )


async def _end_terminal(shop: Shop, session: Session) -> None:
    """Its pipe ends with it, and only then its recording."""
    await end_terminals(shop, session)
    await end_recording(shop, session)


def _is_frozen(session: Session) -> bool:
    return isinstance(session.state, Suspended) and session.state.frozen
