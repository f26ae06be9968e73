"""`rdv session record`: what a session printed, as a recording that other programs play."""

import time
from pathlib import Path

import click

from rdvd.cli import here
from rdvd.cli.new_file import write_new
from rdvd.cli.options import json_option
from rdvd.cli.session.finding import find
from rdvd.cli.session.logs import moment_of
from rdvd.cli.session.offers import open_sessions
from rdvd.cli.view import Viewing, tell

PATIENCE = 200  # seconds of silence: longer than the daemon is silent


@click.group()
def record() -> None:
    """Recordings of sessions. All of them are recorded, always."""


@record.command(cls=Viewing)
@click.argument("name", shell_complete=open_sessions)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["v2", "v3"]), default="v2", show_default=True,
              help="The version of asciicast.")  # fmt: skip
@click.option("--since", metavar="WHEN", help="Begin there: 2h ago, or 2026-01-31T12:00.")
@click.option("--until", metavar="WHEN", help="End there.")
@click.option("--idle", type=click.FloatRange(0, min_open=True), metavar="SECONDS",
              help="Cut longer pauses to so much.")  # fmt: skip
@json_option
def export(
    name: str, file: Path | None, form: str, since: str | None, until: str | None,
    idle: float | None, fields: str | None,
) -> None:  # fmt: skip
    """Write an asciicast, which asciinema plays, into a new FILE or to standard output.

    Secrets are hidden behind stars.
    """
    from urllib.parse import urlencode  # lazy: `rdv --help` reads this file too

    if file is None and fields is not None:
        raise click.UsageError(
            "--json goes with FILE; without one an asciicast is JSON lines anyway"
        )
    now = time.time()
    asked = {
        "format": f"asciicast-{form}", "idle": idle,
        "since": None if since is None else moment_of(since, now),
        "until": None if until is None else moment_of(until, now),
    }  # fmt: skip
    known = urlencode({key: value for key, value in asked.items() if value is not None})
    session = find(name)
    cast = here.api(PATIENCE).pieces(f"/api/sessions/{session['id']}/recording?{known}")
    if file is None:
        for piece in cast:
            click.echo(piece, nl=False)
    else:
        size = write_new(file, cast)
        about = {"file": str(file), "bytes": size, "session_id": session["id"]}
        tell(about, fields, f"wrote {file}")
