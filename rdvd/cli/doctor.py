"""`rdv doctor`: what rdvd stands on, looked at piece by piece, with what to do about each."""

import sys
from collections import Counter

import click

from rdvd.cli.exits import FAILED
from rdvd.cli.finding import Finding
from rdvd.cli.options import json_option
from rdvd.cli.view import Viewing


@click.command(cls=Viewing)
@click.option("--fix", "is_to_fix", is_flag=True, help="Mend what is safe to mend, then look.")
@click.option("--dry-run", is_flag=True, help="With --fix: only say what it would mend.")
@json_option
def doctor(is_to_fix: bool, dry_run: bool, fields: str | None) -> None:
    """Look at everything rdvd needs: a line for each, and what to do.

    Exit code 1: it found a fault. Without --fix it changes nothing; with it, modes of our own
    files and directories, missing directories, and what a killed daemon left. The daemon may be
    up or down.
    """
    from rdvd.cli import doctor_fix, render  # lazy: for --help

    if dry_run and not is_to_fix:
        raise click.UsageError("--dry-run is for --fix; without it nothing is changed anyway")
    fixes = list(doctor_fix.fixes(is_dry=dry_run)) if is_to_fix else []
    findings = [*fixes, *_look()]
    if fields is not None:
        click.echo(render.as_json([finding.as_json() for finding in findings], fields))
    else:
        click.echo("\n".join(str(finding) for finding in findings))
        if is_to_fix:
            click.echo(_summary(findings, is_dry=dry_run))
    if any(finding.level == "fail" for finding in findings):
        sys.exit(FAILED)


def _look() -> list[Finding]:
    from rdvd.cli import doctor_daemon, doctor_places, doctor_system  # lazy: for --help

    looks = (*doctor_system.LOOKS, *doctor_places.LOOKS, *doctor_daemon.LOOKS)
    return [finding for look in looks for finding in look()]


def _summary(findings: list[Finding], *, is_dry: bool) -> str:
    levels = Counter(finding.level for finding in findings)
    left = levels["fail"] + levels["warn"]
    did = f"{levels['could']} could be mended" if is_dry else f"{levels['fixed']} mended"
    return f"\n{did}; {left} left for you, see above" if left else f"\n{did}; nothing left to do"
