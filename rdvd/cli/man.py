"""`rdv man`: the manual pages, to read or to install."""

import shutil
import subprocess
import sys
from pathlib import Path

import click

from rdvd.cli.exits import CONFLICT, FAILED, NOT_FOUND, Failure


def _commands(context: click.Context, _: click.Parameter, begun: str) -> list[str]:
    """Those that may follow."""
    group: click.Command | None = context.find_root().command
    for word in context.params.get("words") or ():
        group = group.get_command(context, word) if isinstance(group, click.Group) else None
    names = group.list_commands(context) if isinstance(group, click.Group) else []
    return [name for name in names if name.startswith(begun)]


@click.command()
@click.argument("words", metavar="[COMMAND]...", nargs=-1, shell_complete=_commands)
@click.option("--dir", "folder", type=click.Path(path_type=Path), metavar="DIR",
              help="Write all pages there instead, for a package or for MANPATH.")  # fmt: skip
@click.option("--roff", "is_source", is_flag=True, help="Print the page's source.")
@click.pass_context
def man(
    context: click.Context, words: tuple[str, ...], folder: Path | None, is_source: bool
) -> None:
    """Show the manual page of a command, such as: rdv man auth login."""
    from datetime import UTC, datetime  # lazy: `rdv --help` reads this file too

    from rdvd.cli.roff import pages, roff  # lazy: as above

    if folder is not None and (words or is_source):
        raise click.UsageError("--dir writes every page; it goes with nothing else")
    found = {page.words[1:]: page for page in pages(context.find_root().command, "rdv")}
    date = f"{datetime.now(UTC):%Y-%m-%d}"
    if folder is not None:
        _write(folder, {f"{page.name}.1": roff(page, date) for page in found.values()})
    elif words not in found:
        cause = f"there is no command `rdv {' '.join(words)}`"
        raise Failure(cause, hint="`rdv --help` lists them.", code=NOT_FOUND)
    elif is_source or shutil.which("man") is None:
        page = found[words]
        click.echo(roff(page, date) if is_source else page.command.get_help(page.context))
    else:
        _show(roff(found[words], date))


def _show(page: str) -> None:
    """man pages it itself where there is a terminal. Elsewhere we print it: man says nothing of a
    disk that is full."""
    is_paged = sys.stdout.isatty()
    done = subprocess.run(
        ["man", "-l", "-"], input=page.encode(), stdout=None if is_paged else subprocess.PIPE,
        check=False,
    )  # fmt: skip
    if done.returncode:
        raise Failure(f"man ended with {done.returncode}", code=FAILED)
    if not is_paged:
        click.echo(done.stdout, nl=False)


def _write(folder: Path, pages: dict[str, str]) -> None:
    """Over pages of ours, and over nothing else."""
    from rdvd.cli.roff import MARK  # lazy: as above

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in pages:
            file = folder / name
            if file.exists() and not file.read_text(errors="replace").startswith(MARK):
                hint = "Move it away, or name another directory."
                raise Failure(f"{file} was not made by rdv", hint=hint, code=CONFLICT)
        for name, text in pages.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Failure(f"{error.filename} cannot be written: {error.strerror}") from error
    click.echo(f"wrote {len(pages)} pages to {folder}")
