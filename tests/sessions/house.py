"""Everything that sessions stand on, for real: store, tokens, tmux, recorder, in one directory."""

import os
import select
import signal
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import trio
from attrs import evolve, frozen

from actors import Supervisor, Topic, actor, task
from actors.testing import running
from rdvd import audit, folders, identity, preferences, sessions, trash, worktrees
from rdvd.bytelog import Recording, RecordingSettings
from rdvd.ground.store import Store, open_store
from rdvd.identity import Auth, AuthSettings, Homes, TokenRevoked, UserId
from rdvd.screens import Keyframes, Redactor
from rdvd.sessions import (
    Census,
    Front,
    Lodging,
    Order,
    Program,
    Remains,
    Rooms,
    Roster,
    Session,
    SessionFact,
    Sessions,
    SessionSettings,
    Shop,
    pane_of,
)
from rdvd.sessions.census import members
from rdvd.sessions.processes import Process
from rdvd.sessions.prompt import Outcome
from rdvd.sessions.shop import traces_of
from rdvd.sessions.stream import following
from rdvd.tmux import Tmux, TmuxSettings
from tests.tmux.servers import environment
from tests.worktrees.yard import make_side

A_WHILE = 20
MIGRATIONS = (
    identity.MIGRATIONS,
    audit.MIGRATIONS,
    trash.MIGRATIONS,
    folders.MIGRATIONS,
    preferences.MIGRATIONS,
    sessions.MIGRATIONS,
    worktrees.MIGRATIONS,
)


@frozen
class House:
    front: Front
    user: UserId
    home: Path
    run: Path
    nest: Supervisor
    side: Supervisor  # the nest and the registry

    @property
    def shop(self) -> Shop:
        return self.front.shop

    async def new(self, *command: str, **said: object) -> Session:
        order = Order(self.user, "one", str(self.home), Program(arguments=command))
        return await self.front.create(evolve(order, **said))

    async def until(self, id: str, *kinds: type[object]) -> Session:
        """The session once it is in a state of one of these kinds."""
        with self.shop.facts.subscribe(1_000) as facts:
            session = self.front.get(id)  # pyright: ignore[reportArgumentType]
            while not isinstance(session.state, kinds):
                async for fact in facts:
                    if fact.session.id == id:
                        session = fact.session
                        break
            return session

    async def members(self, session: Session) -> list[Process]:
        return members(traces_of(session), await self.shop.census.look())

    async def printed(self, session: Session, text: bytes) -> None:
        """Once the session has printed this, now or before."""
        async with following(self.shop, session.id) as stream:
            stream.offset, seen = 0, b""
            while text not in seen:
                seen += await stream.more()

    async def screen(self, session: Session) -> str:
        pane = pane_of(session)
        assert pane is not None
        told = await self.shop.tmux.run(
            pane.server, "capture-pane", "-p", "-t", f"={session.tmux_name}:"
        )
        return b"\n".join(told).decode()


@asynccontextmanager
async def living(home: Path, run: Path, **settings: object) -> AsyncGenerator[House, None]:
    """A part of the daemon that is up, over whatever an earlier one left in the directory."""
    for directory in (home, home / "sessions", home / "server"):
        directory.mkdir(mode=0o700, exist_ok=True)
    async with (
        open_store(home / "sqlite.db", MIGRATIONS) as store,
        serving(store, home, run, **settings) as house,
    ):
        with trio.fail_after(A_WHILE):
            yield house


@asynccontextmanager
async def serving(
    store: Store, home: Path, run: Path, **said: object
) -> AsyncGenerator[House, None]:
    roster, nest, rooms = Roster(), Supervisor("session"), Rooms()
    keeper = audit.Keeper(store, audit.note_beside(home / "sqlite.db"))

    auth_settings = AuthSettings(home / "pepper", home / "server" / "service-token")
    ended = Topic[TokenRevoked]("ended")
    auth = actor(
        "auth",
        lambda: Auth(
            store, auth_settings, Homes(roster.panes, marked=roster.dyed), ended, keeper.record
        ),
    )
    tmux = Tmux(TmuxSettings(run), environment())
    settings = SessionSettings(home / "sessions", run / "api.sock", home, grace_seconds=1)
    recording = Recording(
        RecordingSettings(
            home / "sessions", run / "recorder.sock", run / "recorder.pid",
            1 << 20, 1 << 28, 1 << 30, 90, 5.0,
        )
    )  # fmt: skip
    side_of_trees = make_side(store, home, Lodging(roster), environment())
    shop = Shop(
        store, tmux, recording, auth.ref, evolve(settings, **said), roster,
        Topic[SessionFact]("sessions"), Census(),
        Keyframes(recording.grew, lambda id: home / "sessions" / id), Redactor(),
        side_of_trees.front.shop.trash, side_of_trees.front,
    )  # fmt: skip
    shop.trash.register("session", Remains(shop), Remains(shop))
    registry = actor("sessions", lambda: Sessions(shop, nest, rooms))
    side = Supervisor("terminal side", nest, registry, strategy="rest_for_one")
    keeping = task("recording", recording.keep)
    async with running(*side_of_trees.children, auth, task("tmux", tmux.serve), keeping, side):
        (user,) = await store.read(identity_users)
        yield House(Front(shop, registry.ref), user, home, run, nest, side)


async def run(house: House, session: Session, command: str, seconds: float = A_WHILE) -> Outcome:
    return await house.front.run(session.id, command, seconds, 100_000)


def identity_users(db: sqlite3.Connection) -> list[UserId]:
    return [UserId(id) for (id,) in db.execute("SELECT id FROM users WHERE is_owner")]


def end_recorder(lock: Path) -> None:
    """Whoever has locked this file wrote its pid into it."""
    if lock.exists() and (pid := lock.read_text().strip()):
        with suppress(ProcessLookupError, FileNotFoundError):
            logs = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[-4:-3]
            descriptor = os.pidfd_open(int(pid))
            signal.pidfd_send_signal(descriptor, signal.SIGTERM)
            select.select([descriptor], [], [], A_WHILE)
            os.close(descriptor)
            for each in logs:
                end_those_behind_pipes(os.fsdecode(each))


def end_those_behind_pipes(logs: str) -> None:
    """Without a recorder they wait for ever where a pipe is full."""
    for output in Path("/proc").glob("[0-9]*/fd/1"):
        with suppress(OSError):
            if str(output.readlink()).startswith(f"{logs}/"):
                os.kill(int(output.parts[2]), signal.SIGKILL)
