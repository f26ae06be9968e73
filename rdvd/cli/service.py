"""`rdv service`: rdvd as a service of the user's own systemd."""

import click

from rdvd.cli import here
from rdvd.cli.exits import NOT_FOUND, Failure
from rdvd.cli.options import json_option
from rdvd.cli.view import Viewing, tell

LINGER = (
    "systemd ends your services at your last logout, rdvd and its sessions too, unless your user"
    " lingers: `loginctl enable-linger`, or `rdv service install --linger`"
)


@click.group()
def service() -> None:
    """Let systemd start rdvd with the machine, and again when it falls.

    The units are those of your own systemd (systemctl --user): no root is needed. They start at
    your first login and end at your last logout, unless your user lingers.
    """


@service.command(cls=Viewing)
@click.option("--now", is_flag=True, help="Start it too.")
@click.option("--linger", is_flag=True, help="Let your services run while you are logged out.")
@click.option("--dry-run", is_flag=True, help="Only show what would be written and run.")
@json_option
def install(now: bool, linger: bool, dry_run: bool, fields: str | None) -> None:
    """Write the unit files of rdvd for this installation, and enable them. Twice is fine."""
    from rdvd.cli import installing, systemd, units  # lazy: `rdv --help` reads this file too

    files = units.units_for(installing.this_installation())
    commands = installing.commands(linger, now)
    answer = {
        "files": {str(systemd.folder() / name): text for name, text in files.items()},
        "commands": [" ".join(command) for command in commands],
        "is_done": not dry_run,
    }
    if dry_run:
        tell(answer, fields, "\n".join(installing.plan(files, linger=linger, now=now)))
        return
    systemd.require()
    if now:
        installing.refuse_a_rival()
    written = installing.write_units(files)
    for command in commands:
        systemd.told(*command)
    tell(answer, fields, "\n".join(f"wrote {file}" for file in written))
    _say_what_is_next(is_started=now or fields is not None)


@service.command(cls=Viewing)
@json_option
def uninstall(fields: str | None) -> None:
    """Stop the service and remove the unit files that install wrote, and nothing else."""
    from rdvd.cli import installing, systemd  # lazy: as above

    ours = installing.installed()
    if not ours:
        tell({"removed": [], "still_running": []}, fields, "not installed")
        return
    can_ask = systemd.is_here()
    if can_ask:
        systemd.systemctl("disable", "--now", *(unit for unit in systemd.UNITS if unit in ours))
    removed = [str(file) for file in installing.remove_units()]
    if can_ask:
        systemd.systemctl("daemon-reload")
    running = [*systemd.tmux_units()] if can_ask else []
    lines = [
        *(f"removed {file}" for file in removed),
        f"kept: {here.home()} with everything in it; lingering; your own drop-ins",
        *(f"kept running, with its sessions: {unit}" for unit in running),
    ]
    tell({"removed": removed, "still_running": running}, fields, "\n".join(lines))


@service.command(cls=Viewing)
@json_option
def start(fields: str | None) -> None:
    """Start it, also after it fell too often, and come back once it is ready."""
    _have("start")
    _tell_how_it_is(fields)


@service.command(cls=Viewing)
@json_option
def stop(fields: str | None) -> None:
    """Stop the daemon and what would start it again. tmux and what runs in it goes on."""
    from rdvd.cli import systemd  # lazy: as above

    _require_installed()
    systemd.systemctl("stop", *reversed(systemd.UNITS))  # sockets first: a call would start it
    _tell_how_it_is(fields)


@service.command(cls=Viewing)
@json_option
def restart(fields: str | None) -> None:
    """Stop it and start it anew: who calls meanwhile waits, and sessions go on."""
    _have("restart")
    _tell_how_it_is(fields)


@service.command(cls=Viewing)
@json_option
def status(fields: str | None) -> None:
    """How systemd has rdvd: state, process, start, lingering, and where tmux runs."""
    from rdvd.cli import service_status  # lazy: as above

    _require_installed()
    found = service_status.look()
    tell(found.as_json(), fields, found.as_text())


@service.command(cls=Viewing)
@click.option("-f", "--follow", is_flag=True, help="Go on with what is written from now on.")
@click.option("-n", "--lines", type=click.IntRange(0), default=50, show_default=True, metavar="N",
              help="How many lines of what was there before.")  # fmt: skip
@click.option("--file", "of_file", is_flag=True, help="The log file, not systemd's journal.")
@json_option
def logs(follow: bool, lines: int, of_file: bool, fields: str | None) -> None:
    """What the daemon logged: from the journal if it is a service, else from its log file.

    --json shows the lines of the file as they are, which are JSON.
    """
    from rdvd.cli import installing, systemd  # lazy: as above
    from rdvd.cli import logs as reading  # lazy: as above

    if fields is not None:
        reading.file(here.log_file(), lines, follow=follow, fields=fields)
        return
    is_service = systemd.is_here() and "rdvd.service" in installing.installed()
    if is_service and not of_file and reading.may_read_journal():
        reading.journal(lines, follow=follow)
    reading.file(here.log_file(), lines, follow=follow)


def _have(verb: str) -> None:
    """Whoever asks for it has mended what was wrong, so earlier failures do not count."""
    from rdvd.cli import installing, service_status, systemd  # lazy: as above

    _require_installed()
    installing.refuse_a_rival()
    systemd.systemctl("reset-failed", *systemd.UNITS)
    try:
        systemd.systemctl(verb, "rdvd.service")
    except Failure as failure:
        raise service_status.explained(failure) from failure


def _tell_how_it_is(fields: str | None) -> None:
    """People need no word of what went as they wanted."""
    from rdvd.cli import service_status  # lazy: as above

    if fields is not None:
        tell(service_status.look().as_json(), fields, "")


def _require_installed() -> None:
    from rdvd.cli import installing, systemd  # lazy: as above

    if not installing.installed():
        hint = "`rdv service install` installs it; `rdv status` asks a daemon that runs without."
        raise Failure(f"no service is installed for {here.home()}", hint=hint, code=NOT_FOUND)
    systemd.require()


def _say_what_is_next(*, is_started: bool) -> None:
    from rdvd.cli import installing, systemd  # lazy: as above

    if not is_started:
        click.echo("start it: rdv service start   (restart, if it runs already)")
    if not systemd.lingers():
        click.echo(f"! {LINGER}", err=True)
    if names := installing.left_out():
        there = here.home() / "server" / "config.toml"
        words = f"! the service will not have {', '.join(names)}: put such settings into {there}"
        click.echo(words, err=True)
