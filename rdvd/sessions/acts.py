"""What is done to the processes and the terminal of a session. Who calls writes the row."""

import logging
from collections.abc import Awaitable, Callable

import trio
from attrs import evolve, frozen

from rdvd.bytelog import is_piped
from rdvd.ground.clock import now_ms

from . import homes, terminal, transitions
from .ending import end_processes, freeze, thaw
from .exits import last_screen, write_screen
from .launch import end_recording, end_seen_terminal, end_terminals
from .processes import is_alive
from .shop import Shop, traces_of
from .sizing import note_size, offset_now
from .together import both
from .types import Active, Exit, Pane, Session, Size, Survivor, Suspended, pane_of

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


@frozen
class Ending:
    """What its wrapper left of how its command ended, who would not end, and what was shown."""

    how: Exit | None
    survivors: tuple[Survivor, ...]
    screen: bytes | None

    async def keep(
        self, shop: Shop, session: Session, put: Callable[[], Awaitable[object]]
    ) -> None:
        """The last screen in its file while the row is written: nothing depends on it."""
        screen = self.screen
        if screen is None:
            await put()
        else:
            await both(lambda: write_screen(shop, session, screen), put)


async def end_everything(shop: Shop, session: Session) -> Ending:
    """Processes, terminal, recording. What it printed is kept; its last screen is returned."""
    survivors = await end_processes(shop.census, traces_of(session), shop.settings.grace_seconds)
    how = await trio.to_thread.run_sync(homes.read_exit, shop.home(session.id))
    screen, _ = await both(
        lambda: _end_terminal(shop, session, is_told=how is not None),
        lambda: end_recording(shop, session),
    )
    return Ending(how, survivors, screen)


async def _end_terminal(shop: Shop, session: Session, *, is_told: bool) -> bytes | None:
    """`is_told`: tmux has taken in all that was printed, as the wrapper has asked it before it
    left an exit. Without that it is left a moment between the last look and the end."""
    pane = pane_of(session)
    screen, ended = None, None
    if pane is not None and is_told:
        screen, ended = await end_seen_terminal(shop, session, place_of(session, pane)), pane.server
    elif pane is not None:
        screen = await last_screen(shop, session, place_of(session, pane))
    await end_terminals(shop, session, besides=ended)
    return screen


def _is_frozen(session: Session) -> bool:
    return isinstance(session.state, Suspended) and session.state.frozen
