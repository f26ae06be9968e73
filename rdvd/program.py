"""The `rdvd` program: from an empty process to a running tree, and back.

Exit codes: 0 it was asked to stop; 1 it fell; 75 another daemon has the place; 78 something that
only a person can change is wrong, so that starting it again would not help. Asked to maintain the
database instead: 0 done; 64, 65, 66, 74 as in maintenance.py.
"""

import ctypes
import gc
import linecache
import logging
import os
import resource
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import trio
from attrs import evolve

from actors import GaveUp, run
from rdvd.config import Config, load
from rdvd.ground.descriptors import require_descriptors, shortage, take_descriptors
from rdvd.ground.early_stops import hold_back_stops, until_told
from rdvd.ground.errors import Problem
from rdvd.ground.footing import Footing, PidFile, Seat
from rdvd.ground.log import Log, logging_to
from rdvd.ground.notify import Notifier, find_notifier, forget_supervisor, watchdog_interval
from rdvd.ground.ownership import AlreadyRunning, Claim, guarded, own
from rdvd.ground.places import Places, find_places, prepare
from rdvd.ground.redaction import redact
from rdvd.ground.sockets import Listening, bind, take_over
from rdvd.ground.store import open_store
from rdvd.health import trip_through_api, trip_through_store, trip_through_streams, watch
from rdvd.main import MIGRATIONS, Sockets, tree
from rdvd.reload import log_settings, outlive_hangups
from rdvd.sessions import wash_off

FELL = 1
TAKEN = 75  # EX_TEMPFAIL
MISCONFIGURED = 78  # EX_CONFIG
M_ARENA_MAX = -8  # of malloc.h

log = logging.getLogger("rdvd")


def main(arguments: Sequence[str] | None = None) -> None:
    try:
        is_quiet = _read(sys.argv[1:] if arguments is None else arguments)
        settle_memory()
        _start(is_quiet=is_quiet)
    except AlreadyRunning as problem:
        _say_and_exit(problem, TAKEN)
    except Problem as problem:
        _say_and_exit(problem, MISCONFIGURED)
    except GaveUp as error:
        sys.exit(f"rdvd: {redact(str(error))}")


def _read(arguments: Sequence[str]) -> bool:
    """Whether to be quiet. Whatever else there may be is read by what would stay in memory."""
    if list(arguments) in ([], ["--quiet"]):
        return bool(arguments)
    from rdvd.maintenance import maintain  # lazy: see above

    return maintain(arguments)


def settle_memory() -> None:
    """Else each thread gets a pool of its own from glibc, and attrs keeps the source of every
    method it has made, for debuggers. What start has left over may be used again at once; the rest
    stays for good, and the collector, which stops everything for as long as it looks through all
    there is, need not look at it."""
    with suppress(AttributeError):  # a libc that has no such pools
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)
    linecache.clearcache()
    gc.collect()
    gc.freeze()


def _start(*, is_quiet: bool) -> None:
    """Own the data directory first, so that nothing of another daemon's is ever touched."""
    _dump_no_core()
    wash_off()
    hold_back_stops()
    soft_limit = take_descriptors()
    places = find_places(os.environ)
    config = load(places, os.environ)
    require_descriptors(config.server.max_connections)
    notifier = find_notifier(os.environ)
    interval = watchdog_interval(os.environ)
    forget_supervisor(os.environ)
    outlive_hangups()
    handed_over = take_over(os.environ)
    prepare(places)
    log_to = log_settings(config)
    log_to = evolve(log_to, stderr="none") if is_quiet else log_to
    with (
        own(config.server.pid_file, *guarded(places.home, config.database.path)) as claim,
        logging_to(log_to, os.environ) as lines,
    ):
        live = partial(
            _live, config, places, handed_over, claim, notifier, interval, lines, soft_limit
        )
        trio.run(until_told, live)


def _dump_no_core() -> None:
    """It would hold tokens. The hard limit stays: who is started by us may want a core."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))


async def _live(
    config: Config,
    places: Places,
    handed_over: Mapping[str, Listening],
    claim: Claim,
    notifier: Notifier,
    interval: float | None,
    lines: Log,
    soft_limit: int,
) -> None:
    async with open_store(config.database.path, MIGRATIONS) as store:
        with (
            closing(_seat(handed_over.get("api"), config.server.api_socket)) as api,
            closing(_seat(handed_over.get("terminal"), config.server.terminal_socket)) as terminal,
        ):
            listening = {"api": str(api.path), "terminal": str(terminal.path)}
            if short := shortage(config.server.max_connections):
                log.warning("fewer_connections", extra={"reason": short})
            log.info("listening", extra={**listening, "home": str(places.home)})
            trips = (
                trip_through_store(store),
                trip_through_api(api.path),
                trip_through_streams(terminal.path),
            )
            watchdog = partial(watch, notifier, interval, *trips)
            footing = Footing(PidFile(claim), api, terminal)
            sockets = Sockets(api.sockets, terminal.sockets, footing, soft_limit)
            reread = partial(load, places, os.environ)
            await run(tree(config, store, sockets, notifier, watchdog, lines, reread))
    log.info("stopped")


def _seat(handed_over: Listening | None, path: Path) -> Seat:
    return Seat(handed_over or bind(path))


def _say_and_exit(problem: Problem, code: int) -> None:
    sys.stderr.write(f"rdvd: {redact(problem.detail)}\n")
    sys.exit(code)
