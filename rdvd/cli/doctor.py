"""`rdv doctor`: what rdvd stands on, looked at piece by piece, with what to do about each."""

import sys

import click

from rdvd.cli.exits import FAILED
from rdvd.cli.options import json_option


@click.command()
@json_option
def doctor(fields: str | None) -> None:
    """Look at everything rdvd needs: a line for each, and what to do.

    Exit code 1: it found a fault. It changes nothing. The daemon may be up or down.
    """
    from rdvd.cli import doctor_daemon, doctor_places, doctor_system, render  # lazy: for --help

    findings = [
        finding
        for look in (*doctor_system.LOOKS, *doctor_places.LOOKS, *doctor_daemon.LOOKS)
        for finding in look()
    ]
    if fields is not None:
        click.echo(render.as_json([finding.as_json() for finding in findings], fields))
    else:
        click.echo("\n".join(str(finding) for finding in findings))
    if any(finding.level == "fail" for finding in findings):
        sys.exit(FAILED)
