"""The whole running tree, in start order."""

import os
import socket
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from attrs import frozen

from actors import ActorChild, Child, Node, Ref, Serving, Supervisor, Topic, actor, task
from rdvd import (
    VERSION,
    audit,
    folders,
    identity,
    knowledge,
    preferences,
    projects,
    sessions,
    trash,
    worktrees,
)
from rdvd.audit.routes import audit_routes
from rdvd.bytelog import Recording
from rdvd.cleanup import Sweeper
from rdvd.config import KEYS, Config
from rdvd.events import Events, relay
from rdvd.events.routes import event_stream
from rdvd.ground import idempotency_store
from rdvd.ground.footing import Footing
from rdvd.ground.http import make_app
from rdvd.ground.idempotency_store import AnswersInStore
from rdvd.ground.live import Live
from rdvd.ground.log import Log
from rdvd.ground.notify import Notifier
from rdvd.ground.openapi import description_routes
from rdvd.ground.routes import Routes
from rdvd.ground.serve import serve
from rdvd.ground.store import Store
from rdvd.ground.traffic import Traffic
from rdvd.health import Checks, LoopLag, MetricSources, announce, metrics_routes
from rdvd.health.routes import health_routes
from rdvd.identity import Auth, Homes, Principal, Record, Tally, TokenRevoked, may
from rdvd.identity.routes import identity_routes
from rdvd.limits import Door, Guard
from rdvd.reload import (
    Configuration,
    Owners,
    api_rules,
    auth_settings,
    cleanup_settings,
    http_settings,
    limit_settings,
    recording_settings,
    redactor,
    session_settings,
    stream_rules,
    tmux_settings,
)
from rdvd.reload.routes import config_routes
from rdvd.safekeeping.routes import safekeeping_routes
from rdvd.screens import Keyframes
from rdvd.sessions import (
    Front,
    Remains,
    Rooms,
    Roster,
    SessionFact,
    Sessions,
    Shop,
    tell_of_sessions,
)
from rdvd.sessions.routes import session_routes
from rdvd.streams import Census, Entrance, StreamRoute, serve_streams
from rdvd.terminal import Stages, Terminals
from rdvd.tmux import Tmux, cleaned
from rdvd.trash import Trash
from rdvd.wiring import project_side
from rdvd.worktrees import Worktrees

MIGRATIONS = (
    idempotency_store.MIGRATIONS,
    identity.MIGRATIONS,
    audit.MIGRATIONS,
    trash.MIGRATIONS,
    folders.MIGRATIONS,
    preferences.MIGRATIONS,
    projects.MIGRATIONS,
    knowledge.MIGRATIONS,
    sessions.MIGRATIONS,
    worktrees.MIGRATIONS,
)
# Those being served are cut off in time by the rules of the doors; this is for a fault of ours.
LONGEST_DRAIN = (KEYS["server.drain_seconds"].about.high or 0) + 5


@frozen
class Sockets:
    """What the daemon is reached by, bound already, and who puts it back where it was."""

    api: Live[Sequence[socket.socket]]
    terminal: Live[Sequence[socket.socket]]
    footing: Footing
    soft_limit: int | None = None  # of open files, for what runs in sessions; None: our own


def tree(
    config: Config, store: Store, sockets: Sockets, notifier: Notifier,
    watchdog: Serving, lines: Log, reread: Callable[[], Config],
) -> Supervisor:  # fmt: skip
    """Everything that lives in rdvd, in start order: each line may use only the lines above."""
    ended, traffic, census = Topic[TokenRevoked]("tokens ended"), Traffic(), Census()
    guard, lag, tally = Guard(limit_settings(config)), LoopLag(), Tally()
    held, tmux = Live(config), Tmux(tmux_settings(config, sockets.soft_limit), os.environ)
    recording, roster = Recording(recording_settings(config)), Roster()
    keeper = audit.Keeper(store, audit.note_beside(config.database.path))
    record, events = keeper.record, Events(partial(_look, lambda: root.snapshot()))
    auth = _auth(store, held, Homes(roster.panes, marked=roster.dyed), ended, record, tally)
    settings = actor("config", lambda: Configuration(held, reread, owners.take, record, notifier))
    side = project_side(config, store, events, roster)
    below = tmux, recording, roster, side.trash, side.worktrees
    terminals, front, shown = _terminals(config, store, below, auth.ref, events)
    sweeper = Sweeper(store, cleanup_settings(config), side.trash.expire)
    sources = MetricSources(
        store, tmux, traffic, guard, tally, lambda: root.snapshot(), lag, census, events,
        recording, roster, lambda: side.trash.waiting)  # fmt: skip
    routes = identity_routes(auth.ref) + audit_routes(store, keeper) + config_routes(settings.ref)
    routes += session_routes(front, auth.ref)
    routes += side.routes(front) + safekeeping_routes(store, config.database.path, record)
    offers = routes, [event_stream(events), shown]
    ways, owners = _ways_in(config, sockets, lines, auth.ref, offers, ended, sources)
    root = Supervisor(
        "rdvd",
        task("news", partial(relay, events, ended), grace=1),
        task("audit", keeper.watch),
        auth,
        *side.before,
        task("cleanup", sweeper.watch, grace=1),
        *terminals,
        *side.after,
        task("lag", lag.watch, grace=1),
        settings,
        *ways,
        task("watchdog", watchdog, grace=1),
        task("ready", partial(announce, notifier), grace=1),
    )
    return root


def _auth(
    store: Store,
    held: Live[Config],
    homes: Homes,
    ended: Topic[TokenRevoked],
    record: Record,
    tally: Tally,
) -> ActorChild[Auth]:
    def make() -> Auth:
        return Auth(store, auth_settings(held.now), homes, ended, record, tally=tally)

    return actor("auth", make)


def _terminals(
    config: Config,
    store: Store,
    stands_on: tuple[Tmux, Recording, Roster, Trash, Worktrees],
    auth: Ref[Auth],
    events: Events,
) -> tuple[tuple[Child, ...], Front, StreamRoute]:
    """The actors of single sessions outlive a fall of their registry, and not the other way
    round: what falls is found again by looking at what there is."""
    tmux, recording, roster, waste, trees = stands_on
    facts, limits = Topic[SessionFact]("sessions"), session_settings(config)
    keyframes = Keyframes(recording.grew, lambda session: config.bytelog.sessions / session)
    shop = Shop(
        store, tmux, recording, auth, limits, roster, facts, sessions.Census(), keyframes,
        redactor(config), waste, trees,
    )  # fmt: skip
    waste.register("session", Remains(shop), Remains(shop))
    nest, rooms = Supervisor("session"), Rooms()
    registry = actor("sessions", lambda: Sessions(shop, nest, rooms))
    front = Front(shop, registry.ref)
    stages = Stages(front)
    children = (
        task("tmux", tmux.serve),
        task("recording", recording.keep, grace=1),
        task("keyframes", keyframes.keep, grace=2),
        Supervisor("terminals", nest, registry, strategy="rest_for_one"),
        task("session news", partial(tell_of_sessions, events, facts), grace=1),
        task("stages", stages.serve, grace=1),
    )
    drawn = Terminals(front, stages, config.tmux.program, cleaned(os.environ))
    return children, front, drawn.route()


def _look(snapshot: Callable[[], Node], who: Principal) -> dict[str, Any]:
    return {"tree": snapshot().as_json()} if may(who, "daemon.inspect") else {}


def _ways_in(
    config: Config,
    sockets: Sockets,
    lines: Log,
    auth: Ref[Auth],
    offers: tuple[Routes, Sequence[StreamRoute]],
    ended: Topic[TokenRevoked],
    sources: MetricSources,
) -> tuple[tuple[Child, ...], Owners]:
    """REST on one socket, streams on the other: the same people, the same limits."""
    guard, traffic = sources.guard, sources.traffic
    neighbours = sources.tmux.neighbours, sources.recording.neighbours
    sockets.footing.look_after(sources.tmux.settings.run, *neighbours)
    of_slices, open_streams = offers
    checks = Checks(
        sources.store, sources.tmux, traffic, sources.census, sources.snapshot,
        sources.recording, sources.roster, sockets.footing, lambda: at_api.now.shortage,
    )  # fmt: skip
    routes = health_routes(checks)
    routes += of_slices + metrics_routes(sources)
    routes += description_routes(routes, title="rdvd", version=VERSION)
    http, at_api = http_settings(config), Live(api_rules(config))
    hooks, kept = Door(auth, guard).hooks(), AnswersInStore(sources.store)
    app = make_app(routes, hooks, settings=http, kept=kept, traffic=traffic)
    api = partial(serve, app, sockets.api, rules=at_api)

    entrance, at_streams = Entrance(auth, guard, http.allowed_origins), Live(stream_rules(config))
    streams = partial(
        serve_streams, sockets.terminal, entrance, open_streams, ended,
        census=sources.census, rules=at_streams,
    )  # fmt: skip
    owners = Owners(lines, guard, app, entrance, at_api, at_streams, auth)
    ways = (
        task("footing", sockets.footing.keep, grace=1),
        task("api", api, grace=LONGEST_DRAIN),
        task("streams", streams, grace=5),
    )
    return ways, owners
