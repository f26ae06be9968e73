"""The whole running tree, in start order."""

import socket
from collections.abc import Sequence
from functools import partial
from typing import Any

from attrs import frozen

from actors import Child, Ref, Serving, Supervisor, Topic, actor, task
from rdvd import VERSION, audit, identity
from rdvd.audit.routes import audit_routes
from rdvd.config import Config, auth_settings, http_settings, limit_settings
from rdvd.events import Events, relay
from rdvd.events.routes import event_stream
from rdvd.ground.http import make_app
from rdvd.ground.notify import Notifier
from rdvd.ground.openapi import description_routes
from rdvd.ground.serve import ServeLimits, serve
from rdvd.ground.store import Store
from rdvd.ground.traffic import Traffic
from rdvd.health import Checks, LoopLag, MetricSources, announce, metrics_routes
from rdvd.health.routes import health_routes
from rdvd.identity import Auth, AuthEvent, Principal, Tally, TokenRevoked, may
from rdvd.identity.routes import identity_routes
from rdvd.limits import Door, Guard
from rdvd.streams import Census, Entrance, serve_streams

MIGRATIONS = (identity.MIGRATIONS, audit.MIGRATIONS)


@frozen
class Sockets:
    """What the daemon is reached by, bound already."""

    api: Sequence[socket.socket]
    terminal: Sequence[socket.socket]


def tree(
    config: Config,
    store: Store,
    sockets: Sockets,
    notifier: Notifier,
    watchdog: Serving,
    reload: Serving,
) -> Supervisor:
    """Everything that lives in rdvd, in start order: each line may use only the lines above."""
    ended, traffic, census = Topic[TokenRevoked]("tokens ended"), Traffic(), Census()
    guard, lag, tally = Guard(limit_settings(config)), LoopLag(), Tally()
    homes = identity.Homes(dict)  # no sessions yet, so nobody is inside one

    def look(who: Principal) -> dict[str, Any]:
        return {"tree": root.snapshot().as_json()} if may(who, "daemon.inspect") else {}

    events = Events(look)
    news = task("news", partial(relay, events, ended), grace=1)
    settings = auth_settings(config)
    auth = actor(
        "auth", lambda: Auth(store, settings, homes, ended, partial(_record, store), tally=tally)
    )

    sources = MetricSources(
        store, traffic, guard, tally, lambda: root.snapshot(), lag, census, events
    )
    api, streams = _ways_in(config, sockets, auth.ref, ended, sources)
    root = Supervisor(
        "rdvd",
        news,
        auth,
        task("lag", lag.watch, grace=1),
        api,
        streams,
        task("watchdog", watchdog, grace=1),
        task("reload", reload, grace=1),
        task("ready", partial(announce, notifier), grace=1),
    )
    return root


def _ways_in(
    config: Config,
    sockets: Sockets,
    auth: Ref[Auth],
    ended: Topic[TokenRevoked],
    sources: MetricSources,
) -> tuple[Child, Child]:
    """REST on one socket, streams on the other: the same people, the same limits."""
    guard, events, traffic = sources.guard, sources.events, sources.traffic
    routes = health_routes(Checks(sources.store, traffic, sources.census, sources.snapshot))
    routes += identity_routes(auth)
    routes += audit_routes(sources.store)
    routes += metrics_routes(sources)
    routes += description_routes(routes, title="rdvd", version=VERSION)
    http, drain = http_settings(config), config.server.drain_seconds
    app = make_app(routes, Door(auth, guard).hooks(), settings=http, traffic=traffic)
    most = config.server.max_connections // 2
    api = partial(serve, app, sockets.api, grace=drain, limits=ServeLimits(most))

    entrance = Entrance(auth, guard, http.allowed_origins)
    streams = partial(
        serve_streams, sockets.terminal, entrance, [event_stream(events)], ended,
        census=sources.census, most=most,
    )  # fmt: skip
    return task("api", api, grace=drain + 5), task("streams", streams, grace=5)


async def _record(store: Store, event: AuthEvent) -> None:
    await store.write(audit.append, audit.entry_of(event))
