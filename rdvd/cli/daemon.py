"""`rdv daemon`: the daemon in the background where no systemd runs it."""

import signal
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from rdvd.cli import here
from rdvd.cli.client import Api
from rdvd.cli.exits import CONFLICT, TIMED_OUT, Failure
from rdvd.cli.options import Seconds, json_option
from rdvd.cli.view import Viewing, tell

if TYPE_CHECKING:
    from rdvd.cli.holder import Holder

START_SECONDS = 60.0
STOP_SECONDS = 60.0  # it drains for 30, then stops its actors
AFTER_A_KILL = 10.0  # so long may the kernel need for a process that must go

seconds = Seconds(0, 86_400)
Done = dict[str, int | bool | None]


@click.group()
def daemon() -> None:
    """Run rdvd in the background of a machine without systemd.

    With systemd, `rdv service install` is the better way: it starts the daemon with the machine
    and again when it falls.
    """


@daemon.command(cls=Viewing)
@click.option("--timeout", type=seconds, default=START_SECONDS, show_default=True, metavar="S",
              help="Seconds to wait; then it is stopped again.")  # fmt: skip
@json_option
def start(timeout: float, fields: str | None) -> None:
    """Start the daemon and wait until it is ready. One that runs already is left alone."""
    done = _start(timeout)
    tell(done, fields, _started(done))


@daemon.command(cls=Viewing)
@click.option("--timeout", type=seconds, default=STOP_SECONDS, show_default=True, metavar="S",
              help="Seconds to wait.")  # fmt: skip
@click.option("--kill", "may_kill", is_flag=True, help="Kill it if it has not ended by then.")
@json_option
def stop(timeout: float, may_kill: bool, fields: str | None) -> None:
    """Ask the daemon to stop and wait until it is gone. tmux and what runs in it goes on."""
    pid = _stop(timeout, may_kill=may_kill)
    tell({"stopped": pid}, fields, "not running" if pid is None else f"stopped, pid {pid}")


@daemon.command(cls=Viewing)
@click.option("--timeout", type=seconds, default=STOP_SECONDS, show_default=True, metavar="S",
              help="Seconds to wait for each half.")  # fmt: skip
@click.option("--kill", "may_kill", is_flag=True, help="Kill it if it has not ended by then.")
@json_option
def restart(timeout: float, may_kill: bool, fields: str | None) -> None:
    """Stop the daemon if it runs, then start it."""
    pid = _stop(timeout, may_kill=may_kill)
    if pid is not None and fields is None:
        click.echo(f"stopped, pid {pid}")
    done = _start(timeout)
    tell({"stopped": pid} | done, fields, _started(done))


def _started(done: Done) -> str:
    return f"{'already running' if done['ran_already'] else 'started'}, pid {done['pid']}"


def _start(seconds: float) -> Done:
    from rdvd.cli.start import start_daemon  # lazy: `rdv --help` reads this file too

    with _found() as holder:
        if holder is not None:
            _require_ready(holder.pid, seconds)
            return {"pid": holder.pid, "ran_already": True}
    _leave_to_systemd()
    return {"pid": start_daemon(seconds), "ran_already": False}


def _require_ready(pid: int, seconds: float) -> None:
    """Done only if it really serves: it may be on its way up, or down."""
    try:
        Api(here.api_socket(), seconds=max(0.1, seconds)).get("/health/ready")
    except Failure as failure:
        cause = f"pid {pid} has the place but is not ready: {failure.args[0]}"
        raise Failure(
            cause, hint="It may be starting or stopping; `rdv status` tells.", code=CONFLICT
        ) from failure


def _leave_to_systemd() -> None:
    """Two masters would start it against each other."""
    from rdvd.cli.systemd import active_units  # lazy: as above

    if units := active_units(here.home()):
        raise Failure(
            f"systemd has this daemon in hand: {', '.join(units)} is active",
            hint="Start it with: rdv service start",
            code=CONFLICT,
        )


def _stop(seconds: float, *, may_kill: bool) -> int | None:
    """Its pid, if there was one to stop."""
    with _found() as holder:
        if holder is None:
            _refuse_if_one_serves()
            return None
        if unit := holder.unit():
            raise Failure(
                f"pid {holder.pid} is run by systemd, as {unit}",
                hint="Use systemd: rdv service stop   (or restart)",
                code=CONFLICT,
            )
        holder.send(signal.SIGTERM)
        if not holder.is_gone_within(seconds):
            _kill(holder, seconds, may_kill=may_kill)
        return holder.pid


def _refuse_if_one_serves() -> None:
    """Nobody holds the lock that lies there; but that of one that runs may have been removed."""
    from rdvd.cli.holder import listener_of  # lazy: as above

    path = here.api_socket_of_the_daemon()
    if pid := listener_of(path):
        raise Failure(
            f"pid {pid} listens at {path}, but {here.pid_file()} was taken from it",
            hint=f"Look whether it is this daemon, and stop it with: kill {pid}",
            code=CONFLICT,
        )


def _kill(holder: "Holder", seconds: float, *, may_kill: bool) -> None:
    if not may_kill:
        raise Failure(
            f"pid {holder.pid} was asked to stop and has not ended within {seconds:g} s",
            hint="It may still finish requests: wait longer with --timeout, or end it with --kill.",
            code=TIMED_OUT,
        )
    holder.send(signal.SIGKILL)
    if not holder.is_gone_within(AFTER_A_KILL):
        raise Failure(f"pid {holder.pid} was killed and has not ended", code=TIMED_OUT)
    click.echo(f"! it had to be killed after {seconds:g} s", err=True)


@contextmanager
def _found() -> "Generator[Holder | None]":
    from rdvd.cli.holder import holder_of  # lazy: as above
    from rdvd.cli.refusals import told  # lazy: as above

    with told(), holder_of(here.pid_file(), here.home()) as holder:
        yield holder
