"""`rdv backup` and `rdv restore`: the database in a file, and back. No daemon needed."""

from datetime import UTC, datetime
from pathlib import Path

import click

from rdvd.cli import here
from rdvd.cli.options import confirm, yes_option


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
def backup(file: Path | None) -> None:
    """Copy the database to FILE, also while the daemon runs. Nothing is ever overwritten."""
    from rdvd.cli.refusals import told  # lazy: `rdv --help` reads this file too
    from rdvd.ground import backup as copies  # lazy: as above

    target = file or Path(f"rdv-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.backup")
    with told():
        copies.backup(here.database(), target)
    click.echo(f"{target}: {target.stat().st_size:,} bytes")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@yes_option
def restore(file: Path, is_confirmed: bool) -> None:
    """Put FILE in the database's place. The daemon must be down; the old one is kept."""
    from rdvd.cli.refusals import told  # lazy: as above
    from rdvd.ground import backup as copies  # lazy: as above
    from rdvd.ground.ownership import own  # lazy: as above

    place = here.database()
    with told():
        copies.verify(file)
        _prepare()
        with own(here.pid_file()):
            confirm(f"Replace {place} by {file}?", is_confirmed=is_confirmed)
            aside = copies.restore(file, place)
    click.echo(f"{place} is now what {file} holds")
    if aside is not None:
        click.echo(f"what was there is kept in {aside}")


def _prepare() -> None:
    """A new machine has no directories yet."""
    import os  # lazy: as above

    from rdvd.ground.places import find_places, prepare  # lazy: as above

    prepare(find_places(os.environ))
