"""`rdv backup` and `rdv restore`: the database in a file, and back. Neither opens it: the daemon
does, or while it is down the daemon's program."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from rdvd.cli import here
from rdvd.cli.exits import DAEMON_DOWN, Failure
from rdvd.cli.options import confirm, yes_option

PATIENCE = 660.0  # seconds: a little longer than the daemon's own


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
def backup(file: Path | None) -> None:
    """Copy the database to FILE, also while the daemon runs. Nothing is ever overwritten."""
    target = file or Path(f"rdv-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.backup")
    try:
        size = _through_the_daemon(target.absolute())
    except Failure as failure:
        if failure.code != DAEMON_DOWN:
            raise
        from rdvd.cli.program import rdvd  # lazy: `rdv --help` reads this file too

        click.echo(rdvd("--backup", str(target)))
    else:
        click.echo(f"{target}: {size:,} bytes")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@yes_option
def restore(file: Path, is_confirmed: bool) -> None:
    """Put FILE in the database's place. The daemon must be down; the old one is kept."""
    from rdvd.cli.program import rdvd  # lazy: as above

    confirm(f"Replace {here.database()} by {file}?", is_confirmed=is_confirmed)
    click.echo(rdvd("--restore", str(file.absolute())))


def _through_the_daemon(target: Path) -> int:
    order = json.dumps({"file": str(target)})
    answer = here.api(PATIENCE).request("POST", "/api/backup", order)
    assert isinstance(answer, dict)
    return int(str(answer["bytes"]))
