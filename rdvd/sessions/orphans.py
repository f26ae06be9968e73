"""tmux sessions on our servers that no row knows: shown, taken in, or ended."""

import re

import trio
from attrs import frozen

from rdvd.bytelog import pipe_command
from rdvd.ground.clock import now_ms
from rdvd.ground.errors import NotFound
from rdvd.ground.ids import new_id
from rdvd.ground.names import LONGEST_NAME
from rdvd.identity import Auth, SessionId, UserId
from rdvd.tmux import Pane as TmuxPane
from rdvd.tmux import exactly, list_panes, piping

from . import homes, terminal
from .census import Traces
from .ending import end_processes
from .finding import Found, find
from .launch import end_recording, end_terminals
from .processes import look_at
from .roster import GONE
from .shop import Shop
from .sizing import note_size
from .types import Active, Pane, Program, Session, Size, Survivor, status_of

OURS = re.compile(r"rdv-(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


class NoOrphan(NotFound):
    """There is no such tmux session, or a session of ours lives in it."""

    code = "NO_ORPHAN"


@frozen
class Orphan:
    """What tmux tells of one. Its first process with its start time says which it is."""

    server: int
    name: str
    pid: int
    born: int
    is_dead: bool
    command: str
    directory: str
    created: int
    size: Size


async def find_orphans(shop: Shop) -> list[Orphan]:
    """What is begun or closed while tmux is asked is none: it has or had its row."""
    known = _known(shop)
    panes = [pane for server in shop.tmux.servers() for pane in await list_panes(shop.tmux, server)]
    known |= _known(shop)
    return [_orphan(pane) for pane in panes if pane.session not in known]


def _known(shop: Shop) -> set[str]:
    return {each.tmux_name for each in shop.roster.all() if status_of(each.state) not in GONE}


async def find_orphan(shop: Shop, server: int, name: str) -> Orphan:
    for orphan in await find_orphans(shop):
        if (orphan.server, orphan.name) == (server, name):
            return orphan
    raise NoOrphan(f"no session without a row is called {name[:100]} on server {server}")


async def end_orphan(shop: Shop, orphan: Orphan) -> tuple[Survivor, ...]:
    id = _id_in(orphan.name) or orphan.name
    traces = Traces(id, orphan.pid, orphan.born)
    survivors = await end_processes(shop.census, traces, shop.settings.grace_seconds)
    await terminal.end(shop.tmux, terminal.Place(orphan.server, orphan.name))
    return survivors


async def end_leftovers(shop: Shop) -> None:
    """Of sessions that were closed while tmux did not answer: what is dead, and their recording."""
    closed = {each.tmux_name: each for each in shop.roster.all() if status_of(each.state) in GONE}
    for orphan in await find_orphans(shop):
        session = closed.get(orphan.name)
        if session is not None and orphan.is_dead:
            await end_terminals(shop, session)
            await end_recording(shop, session)


async def take_in(shop: Shop, orphan: Orphan, user: UserId, position: int) -> Session:
    """Make it a session of ours: named, logged from here on, with a token. The row is next."""
    known = {each.id for each in shop.roster.all()}
    own = _id_in(orphan.name)
    id = SessionId(new_id()) if own is None or own in known else SessionId(own)
    pane = await _pane_of(shop, orphan)
    found = await find(shop.tmux, orphan.server, orphan.name, orphan.pid)
    session = _session(id, orphan, user, position, pane, found)
    home = shop.home(id)
    if not home.path.exists():
        await trio.to_thread.run_sync(homes.prepare, home)
        await trio.to_thread.run_sync(homes.remove_go, home)
    await shop.auth.call(Auth.mint_for_session, id, user)
    offset = await shop.recording.add(id)
    await note_size(shop, id, session.size, offset)
    target = exactly(session.tmux_name)
    renaming = [("rename-session", "-t", exactly(orphan.name), session.tmux_name)]
    await shop.tmux.batch(
        orphan.server,
        [
            *(renaming if orphan.name != session.tmux_name else []),
            ("set-option", "-t", target, "@id", id),
            ("set-option", "-w", "-t", target, "remain-on-exit", "on"),
            piping(target, pipe_command(home.path)),
        ],
    )
    return session


async def _pane_of(shop: Shop, orphan: Orphan) -> Pane:
    for pane in await list_panes(shop.tmux, orphan.server):
        if pane.session == orphan.name and pane.pid == orphan.pid and orphan.born:
            return Pane(orphan.server, pane.pane_id, orphan.pid, orphan.born)
    raise NoOrphan(f"{orphan.name[:100]} has just ended")


def _session(
    id: SessionId, orphan: Orphan, user: UserId, position: int, pane: Pane, found: Found
) -> Session:
    """A process that hides its command is begun again by the name that tmux has for it."""
    now = now_ms()
    bare = Program(arguments=(orphan.command,) if orphan.command else ())
    return Session(
        id=id,
        user=user,
        name=(orphan.command or orphan.name)[:LONGEST_NAME],
        state=Active(pane),
        program=found.program if found.program.arguments else bare,
        directory=found.directory or orphan.directory,
        created=now,
        updated=now,
        size=orphan.size,
        order=position,
    )


def _orphan(pane: TmuxPane) -> Orphan:
    first = look_at(pane.pid)
    return Orphan(
        server=pane.server,
        name=pane.session,
        pid=pane.pid,
        born=first.born if first is not None else 0,
        is_dead=pane.is_dead,
        command=pane.command,
        directory=pane.path,
        created=pane.created * 1000,
        size=Size(pane.size.columns, pane.size.rows),
    )


def _id_in(name: str) -> str | None:
    found = OURS.fullmatch(name)
    return found and found["id"]
