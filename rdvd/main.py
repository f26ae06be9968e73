"""The whole running tree, in start order."""

import socket
from collections.abc import Sequence
from functools import partial

from actors import Serving, Supervisor, Topic, actor, task
from rdvd import VERSION, audit, identity
from rdvd.audit.routes import audit_routes
from rdvd.config import Config, auth_settings, http_settings, limit_settings
from rdvd.ground.http import make_app
from rdvd.ground.notify import Notifier
from rdvd.ground.openapi import description_routes
from rdvd.ground.serve import ServeLimits, serve
from rdvd.ground.store import Store
from rdvd.ground.traffic import Traffic
from rdvd.health import Checks, LoopLag, MetricSources, announce, metrics_routes
from rdvd.health.routes import health_routes
from rdvd.identity import Auth, AuthEvent, TokenRevoked
from rdvd.identity.routes import identity_routes
from rdvd.limits import Door, Guard

MIGRATIONS = (identity.MIGRATIONS, audit.MIGRATIONS)


def tree(
    config: Config,
    store: Store,
    sockets: Sequence[socket.socket],
    notifier: Notifier,
    watchdog: Serving,
    reload: Serving,
) -> Supervisor:
    """Everything that lives in rdvd, in start order: each line may use only the lines above."""
    ended, traffic = Topic[TokenRevoked]("tokens ended"), Traffic()
    guard, lag = Guard(limit_settings(config)), LoopLag()
    homes = identity.Homes(dict)  # no sessions yet, so nobody is inside one

    async def record(event: AuthEvent) -> None:
        await store.write(audit.append, audit.entry_of(event))

    auth = actor("auth", lambda: Auth(store, auth_settings(config), homes, ended, record))

    routes = health_routes(Checks(store, traffic, lambda: root.snapshot()))
    routes += identity_routes(auth.ref)
    routes += audit_routes(store)
    routes += metrics_routes(MetricSources(store, traffic, guard, lambda: root.snapshot(), lag))
    routes += description_routes(routes, title="rdvd", version=VERSION)
    app = make_app(
        routes, Door(auth.ref, guard).hooks(), settings=http_settings(config), traffic=traffic
    )
    drain, most = config.server.drain_seconds, ServeLimits(config.server.max_connections)
    api = task("api", partial(serve, app, sockets, grace=drain, limits=most), grace=drain + 5)
    ready = task("ready", partial(announce, notifier), grace=1)

    root = Supervisor(
        "rdvd",
        auth,
        task("lag", lag.watch, grace=1),
        api,
        task("watchdog", watchdog, grace=1),
        task("reload", reload, grace=1),
        ready,
    )
    return root
