"""`rdv api`: the daemon's API, asked by hand or described to read."""

import json
import sys
from pathlib import Path
from typing import Any, ClassVar

import click

from rdvd.cli import here
from rdvd.cli.exits import OF_STATUS, REFUSED, USAGE, Failure
from rdvd.cli.new_file import write_new
from rdvd.cli.offers import methods, paths
from rdvd.cli.options import json_option
from rdvd.cli.view import Viewing

KINDS = ("html", "text")


class Asking(Viewing):
    """`--docs` takes a kind only after `=`, never the next word, which is a file."""

    alone: ClassVar[dict[str, str]] = {**Viewing.alone, "--docs": "--docs=html"}


@click.command("api", cls=Asking)
@click.argument("method", metavar="METHOD", required=False, shell_complete=methods)
@click.argument("path", metavar="PATH", required=False, shell_complete=paths)
@click.option("-d", "--data", help="The JSON body; - reads it from standard input.")
@click.option("--docs", type=click.Choice(KINDS), is_flag=False, flag_value="html", default=None,
              metavar="[html|text]", help="Describe every route, for offline.")  # fmt: skip
@json_option
def api(
    method: str | None, path: str | None, data: str | None, docs: str | None, fields: str | None
) -> None:
    """Ask the daemon's API yourself: the answer as it came; the exit code says how it went.

    With --docs METHOD is a new FILE for the page; without one it goes to standard output. With
    --json an answer that is JSON is laid out for reading, --json=a,b shows only these fields.
    """
    if docs is not None:
        if path is not None or data is not None:
            raise click.UsageError("--docs takes one FILE at most")
        if fields is not None:
            raise click.UsageError("--docs is for people; for programs: rdv api GET /openapi.json")
        _describe(docs, method)
    elif method is None or path is None:
        raise click.UsageError("METHOD and PATH are needed, such as: rdv api GET /api/user")
    else:
        _ask(method, path, data, fields)


def _ask(method: str, path: str, data: str | None, fields: str | None) -> None:
    body = sys.stdin.read() if data == "-" else data
    status, text = here.api().exchange(method.upper(), _encoded(path), body)
    is_refused = status >= 400
    click.echo(text if fields is None else _laid_out(text, "" if is_refused else fields))
    if is_refused:
        sys.exit(OF_STATUS.get(status, REFUSED))


def _encoded(path: str) -> str:
    """What no path may hold is written as it must be; what is encoded already stays."""
    from urllib.parse import quote  # lazy: `rdv --help` reads this file too

    if not path.startswith("/"):
        hint = f"Write it as /{path}, such as: rdv api GET /api/user"
        raise Failure(f"PATH begins with a slash, {path!r} does not", hint=hint, code=USAGE)
    try:
        return quote(path, safe="/?#[]@!$&'()*+,;=:%-._~")
    except UnicodeEncodeError as error:
        raise Failure(f"PATH is not UTF-8: {path!r}", code=USAGE) from error


def _laid_out(text: str, fields: str) -> str:
    from rdvd.cli.render import as_json  # lazy: as above

    try:
        answer: Any = json.loads(text) if text else None
    except ValueError as error:
        hint = "Without --json it is shown as it came."
        raise Failure("the answer is no JSON", hint=hint, code=REFUSED) from error
    return as_json(answer, fields)


def _describe(kind: str, file: str | None) -> None:
    from rdvd.cli.api_text import api_text  # lazy: `rdv --help` reads this file too
    from rdvd.ground.openapi_page import openapi_page  # lazy: as above

    document: Any = here.api().get("/openapi.json")
    page = openapi_page(document) if kind == "html" else api_text(document)
    if file is None:
        click.echo(page)
    else:
        write_new(Path(file), [f"{page.rstrip()}\n".encode()])
        click.echo(f"wrote {file}")
