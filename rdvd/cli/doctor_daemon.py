"""The daemon and its database: by what it says itself, or without it by looking."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from rdvd.cli import here
from rdvd.cli.client import START_IT, Api
from rdvd.cli.exits import DAEMON_DOWN, Failure
from rdvd.cli.finding import Finding, fail, ok, warn
from rdvd.cli.program import NotMaintained, rdvd
from rdvd.ground.errors import Problem
from rdvd.ground.locks import who_holds
from rdvd.ground.private import read_private

# Only where damage was found: a backup in the place of a whole database loses what came since.
RESTORE_IT = "stop the daemon and put a backup in its place: `rdv restore FILE`"
KEEP_IT = "see to that, and keep the database: nothing says that it is damaged"


def daemon() -> Iterator[Finding]:
    health = _health()
    match health:
        case Failure(code=code) if code == DAEMON_DOWN:
            yield _unheard()
        case Failure():
            yield fail("daemon", str(health.args[0]), "see its log: server/server.log in its home")
        case {"status": "healthy", "version": version}:
            yield ok("daemon", f"version {version}, healthy")
        case _:
            reasons = "; ".join(health["reasons"]) or "it does not say why"
            yield fail("daemon", f"degraded: {reasons}", "see `rdv tree` and its log")


def _unheard() -> Finding:
    """Nobody listens. Whether it runs, the lock says, which nobody can take from it."""
    pid = who_holds(here.home())
    if pid is None:
        return warn("daemon", "it is not running", START_IT)
    says = f"it runs, pid {pid}, and does not listen at {here.api_socket()}"
    return fail("daemon", says, "it may be starting or stopping; else: `rdv daemon restart`")


def token() -> Iterator[Finding]:
    """A token that is no longer good is worse than none: without one, the owner is known."""
    try:
        if isinstance(_health(), Failure) or here.read_cli_token() is None:
            return
        here.api().get("/api/user")
    except Failure as failure:
        yield fail("token", str(failure.args[0]), failure.hint or "`rdv auth login` gets another")
    else:
        yield ok("token", "the daemon knows the token in cli-token")


def database() -> Iterator[Finding]:
    path, health = here.database(), _health()
    if isinstance(health, Failure):
        yield _look_into() if path.exists() else ok("database", "not there yet")
    elif health["components"]["database"]:
        yield ok("database", "it answers, and the daemon has met no damage")
    else:
        says = "; ".join(reason for reason in health["reasons"] if "database" in reason)
        do = RESTORE_IT if "integrity failed" in says else KEEP_IT
        yield fail("database", says or "it does not answer", do)


def leftovers() -> Iterator[Finding]:
    """What a daemon that was killed leaves. The next start takes it away; nothing is wrong."""
    if who_holds(here.home()) is not None or not isinstance(_health(), Failure):
        return
    try:
        read_private(here.pid_file())
    except Problem as problem:
        yield fail(here.pid_file().name, problem.detail, "no daemon can start until then")
        return
    for path in (here.pid_file(), here.api_socket(), here.terminal_socket()):
        if path.exists():
            says = f"{path} is there, and no daemon that holds it"
            yield warn(f"left over {path.name}", says, "`rdv doctor --fix`, or the next start")


LOOKS = (daemon, leftovers, token, database)


@cache  # one question for all who look
def _health() -> dict[str, Any] | Failure:
    try:
        answer: Any = Api(here.api_socket(), seconds=10).get("/health")
    except Failure as failure:
        return failure
    return answer


def _look_into() -> Finding:
    """By the daemon's program, for nobody else opens it."""
    try:
        return ok("database", rdvd("--check"))
    except NotMaintained as refusal:
        do = RESTORE_IT if refusal.is_about_the_database else KEEP_IT
        return fail("database", str(refusal.args[0]), do)
