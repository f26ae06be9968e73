"""`rdv config`: what is set and where, what it means, and what the daemon has not taken up yet."""

from pathlib import Path
from typing import Any

import click

from rdvd.cli import here
from rdvd.cli.exits import NOT_FOUND, USAGE, Failure
from rdvd.cli.options import json_option
from rdvd.cli.view import Viewing, tell


def complete_key(_c: click.Context, _p: click.Parameter, incomplete: str) -> list[str]:
    from rdvd.config import KEYS  # lazy: `rdv --help` reads this file too

    return [dotted for dotted in KEYS if dotted.startswith(incomplete)]


@click.group()
def config() -> None:
    """What is set, what it means, and what waits for a reload or a restart."""


@config.command(cls=Viewing)
@click.option("--changed", is_flag=True, help="Only what is not at its default, or waits.")
@click.option("--toml", is_flag=True, help="Print a file that says the same when it is read.")
@json_option
def show(changed: bool, toml: bool, fields: str | None) -> None:
    """Every setting with its value and where it comes from. The daemon may be up or down.

    If it is up, a setting that it holds another value of is marked, with what that waits for.
    """
    from rdvd.cli import config_view, render  # lazy: as above

    if toml and fields is not None:
        raise click.UsageError("either --toml or --json")
    if toml:
        click.echo(config_view.as_toml_file(only_changed=changed), nl=False)
        return
    lines = config_view.lines(config_view.read(), config_view.held_by_the_daemon())
    if changed:
        lines = [line for line in lines if line.source != "default" or line.note]
    if fields is not None:
        click.echo(render.as_json([line.as_json() for line in lines], fields))
    else:
        click.echo(config_view.table(lines) or "everything is at its default")


@config.command(cls=Viewing)
@click.argument("key", shell_complete=complete_key)
@json_option
def explain(key: str, fields: str | None) -> None:
    """What KEY means, what it may be, when a change is taken up, and what it is now.

    KEY may be written as server.log_level, as log_level, or as RDV_SERVER_LOG_LEVEL.
    """
    from rdvd.cli import config_view  # lazy: as above
    from rdvd.cli.refusals import told  # lazy: as above
    from rdvd.config import explain as explanation  # lazy: as above

    with told():
        text = explanation(key)
    present = "".join(f"\n  {line}" for line in config_view.present(key))
    tell(config_view.explained(key), fields, text + present)


@config.command(cls=Viewing)
@json_option
def path(fields: str | None) -> None:
    """The files that settings are looked for in; the later one wins."""
    from rdvd.cli import config_view, render  # lazy: as above

    files: list[Any] = config_view.files()
    if fields is not None:
        click.echo(render.as_json(files, fields))
        return
    for file in files:
        click.echo(file["path"] if file["exists"] else f"{file['path']} (not there)")


@config.command(cls=Viewing)
@click.argument("file", type=click.Path(path_type=Path), required=False)
@json_option
def check(file: Path | None, fields: str | None) -> None:
    """Say everything that is wrong at once, as the daemon would at its start.

    With FILE, as if it stood in the place of server/config.toml. Exit code 2: something is wrong.
    """
    from rdvd.cli import config_view, render  # lazy: as above

    if file is not None and not file.exists():
        raise Failure(f"there is no file {file}", code=NOT_FOUND)
    problems = config_view.problems(file)
    if fields is not None:
        answer: Any = {"ok": not problems, "problems": problems}
        click.echo(render.as_json(answer, fields))
    if problems:
        raise Failure("\n".join(problems), code=USAGE)
    if fields is None:
        click.echo("nothing is wrong")


@config.command("set", cls=Viewing)
@click.argument("key", shell_complete=complete_key)
@click.argument("value")
@json_option
def set_(key: str, value: str, fields: str | None) -> None:
    """Write KEY = VALUE into server/config.toml; nothing else in the file changes.

    The members of a list are parted by commas. What would be wrong is not written.
    """
    from rdvd.cli import config_change  # lazy: as above

    change = config_change.set_to(key, value)
    tell(change.as_json(), fields, change.as_text())


@config.command(cls=Viewing)
@click.argument("key", shell_complete=complete_key)
@json_option
def unset(key: str, fields: str | None) -> None:
    """Take KEY out of server/config.toml; nothing else in the file changes."""
    from rdvd.cli import config_change  # lazy: as above

    change = config_change.unset(key)
    tell(change.as_json(), fields, change.as_text())


@config.command(cls=Viewing)
@json_option
def reload(fields: str | None) -> None:
    """Have the daemon take up what can change while it runs, as on SIGHUP."""
    from rdvd.cli import render  # lazy: as above

    answer: Any = here.api().request("POST", "/api/config/reload")
    if fields is not None:
        click.echo(render.as_json(answer, fields))
        return
    click.echo(f"taken up: {', '.join(answer['changed']) or 'nothing had changed'}")
    if answer["waiting"]:
        click.echo(f"waits for a restart: {', '.join(answer['waiting'])}")
