"""`rdv knowledge`: what is remembered for a folder."""

import json
import os
from pathlib import Path
from typing import Any, cast

import click

from rdvd.cli import here
from rdvd.cli.exits import USAGE, Failure
from rdvd.cli.folder.finding import find, folders
from rdvd.cli.new_file import write_new
from rdvd.cli.offers import offered
from rdvd.cli.options import confirm, json_option, yes_option
from rdvd.cli.view import Viewing

# What the two texts of `add` are called in each kind.
MEMBERS = {
    "convention": ("category", "description"),
    "pattern": ("type", "description"),
    "skill": ("name", "command"),
    "tool": ("name", "description"),
}
Answer = dict[str, Any]  # Any: JSON, of the shape that /openapi.json describes

folder_option = click.option(
    "--folder", "-f", metavar="FOLDER", shell_complete=folders,
    help="Of this folder; in a session by default of its own.",
)  # fmt: skip
kind_option = click.option("--kind", type=click.Choice(tuple(MEMBERS)), help="Only these.")


@click.group()
def knowledge() -> None:
    """What agents and you remember for a folder: conventions, patterns, skills and tools."""


@knowledge.command("ls", cls=Viewing)
@folder_option
@kind_option
@json_option
def list_items(folder: str | None, kind: str | None, fields: str | None) -> None:
    """All that is known, in the order in which it was learnt."""
    from rdvd.cli import render  # lazy: `rdv --help` reads this file too

    items = _items(_ask("GET", folder, kind=kind))
    if fields is not None:
        click.echo(render.as_json([*items], fields))
    else:
        click.echo(render.table([_row(each) for each in items]) or "nothing is known yet")


@knowledge.command(cls=Viewing)
@click.argument("words", nargs=-1, required=True)
@folder_option
@kind_option
@click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True, metavar="N",
              help="How many at most.")  # fmt: skip
@json_option
def search(
    words: tuple[str, ...], folder: str | None, kind: str | None, limit: int, fields: str | None
) -> None:
    """What fits all of the words, or their beginnings; the best first."""
    from rdvd.cli import render  # lazy: as above

    answer = _ask("GET", folder, kind=kind, search=" ".join(words), limit=str(limit))
    hits: list[Answer] = answer["search_results"] or []
    if fields is not None:
        click.echo(render.as_json([*hits], fields))
        return
    rows = [
        {"score": f"{each['score']:.2f}", **_row(each["item"]), "text": _line(each["excerpt"])}
        for each in hits
    ]
    click.echo(render.table(rows) or "nothing fits")


@knowledge.command(cls=Viewing)
@click.argument("kind", type=click.Choice(tuple(MEMBERS)))
@click.argument("title")
@click.argument("text")
@click.option("--data", metavar="JSON", help='Further members, such as \'{"examples": ["x"]}\'.')
@folder_option
@json_option
def add(
    kind: str, title: str, text: str, data: str | None, folder: str | None, fields: str | None
) -> None:
    """Remember a convention (category, description), a pattern (type, description), a skill
    (name, command) or a tool (name, description)."""
    from rdvd.cli import render  # lazy: as above

    told = {**_object(data), **dict(zip(MEMBERS[kind], (title, text), strict=True))}
    answer = _change(folder, f"add_{kind}", told)
    if fields is not None:
        click.echo(render.as_json(answer["item"], fields))
    else:
        click.echo(f"{kind} {answer['item']['id']}")


def _known(context: click.Context) -> list[str]:
    return [item["id"] for item in _items(_ask("GET", context.params.get("folder")))]


@knowledge.command(cls=Viewing)
@click.argument("id", shell_complete=offered(_known))
@folder_option
@json_option
def rm(id: str, folder: str | None, fields: str | None) -> None:
    """Forget one item."""
    from rdvd.cli import render  # lazy: as above

    answer = _change(folder, "remove_item", {"id": id})
    click.echo(render.as_json(answer, fields) if fields is not None else f"forgot {id}")


@knowledge.command(cls=Viewing)
@folder_option
@yes_option
@json_option
def clear(folder: str | None, is_confirmed: bool, fields: str | None) -> None:
    """Forget all of it. A file with everything goes to the trash."""
    from rdvd.cli import render  # lazy: as above

    count = len(_items(_ask("GET", folder)))
    confirm(f"Forget all {count} items of this folder?", is_confirmed=is_confirmed)
    answer = _ask("DELETE", folder)
    if fields is not None:
        click.echo(render.as_json(answer, fields))
    else:
        click.echo(
            f"forgot {answer['items']} items; `rdv trash restore {answer['trash_id']}` brings back "
            "a file that `rdv knowledge import` takes"
        )


@knowledge.command(cls=Viewing)
@folder_option
@json_option
def scan(folder: str | None, fields: str | None) -> None:
    """Look at the folder's project: languages, frameworks, tools. Nothing of it is run."""
    from rdvd.cli import render  # lazy: as above

    known = _change(folder, "scan", {})["knowledge"]
    if fields is not None:
        click.echo(render.as_json(known, fields))
        return
    told = {name.replace("_", " "): value for name, value in known["metadata"].items() if value}
    click.echo(render.facts({"tech stack": ", ".join(known["tech_stack"]) or "-", **told}))


@knowledge.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@folder_option
def export(file: Path | None, folder: str | None) -> None:
    """All items as JSON, into FILE or to standard output; nothing is overwritten."""
    items = _items(_ask("GET", folder))
    carried = [{"kind": each["kind"], "content": each["content"]} for each in items]
    text = json.dumps({"items": carried}, indent=2, ensure_ascii=False) + "\n"
    if file is None:
        click.echo(text, nl=False)
        return
    write_new(file, [text.encode()])
    click.echo(f"{file}: {len(carried)} items")


@knowledge.command("import", cls=Viewing)
@click.argument("file", type=click.Path(path_type=Path))
@folder_option
@json_option
def take(file: Path, folder: str | None, fields: str | None) -> None:
    """What export has written. What is known already is not learnt twice."""
    from rdvd.cli import render  # lazy: as above

    try:
        data = _object(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{file} cannot be read: {error}") from error
    answer = _change(folder, "import", data)
    if fields is not None:
        click.echo(render.as_json(answer, fields))
    else:
        click.echo(f"{answer['imported']} items from {file}")


def _ask(
    method: str, folder: str | None, body: Answer | None = None, **query: str | None
) -> Answer:
    from urllib.parse import urlencode  # lazy: as above

    told = {"type" if name == "kind" else name: value for name, value in query.items() if value}
    path = f"/api/folders/{_id_of(folder)}/knowledge"
    answer: Any = here.api().request(
        method,
        path + (f"?{urlencode(told)}" if told else ""),
        None if body is None else json.dumps(body),
    )
    return answer


def _id_of(folder: str | None) -> str:
    if folder is not None:
        return find(folder)["id"]
    own = os.environ.get("RDV_FOLDER_ID")
    if not own:
        raise Failure("of which folder?", hint="Say --folder NAME.", code=USAGE)
    return own


def _change(folder: str | None, action: str, data: Answer) -> Answer:
    return _ask("PATCH", folder, {"action": action, "data": data})


def _items(answer: Answer) -> list[Answer]:
    kinds = ("conventions", "patterns", "skills", "tools")
    found = [item for kind in kinds for item in answer[kind]]
    return sorted(found, key=lambda each: each["created_at"])


def _row(item: Answer) -> dict[str, str]:
    title, text = MEMBERS[item["kind"]]
    content = item["content"]
    return {
        "id": item["id"], "kind": item["kind"], "title": content[title],
        "text": _line(content[text]),
    }  # fmt: skip


def _line(text: str) -> str:
    return " ".join(text.split())


def _object(text: str | None) -> Answer:
    try:
        told: Any = json.loads(text or "{}")
    except (ValueError, RecursionError) as error:
        raise Failure(f"this is no JSON: {error}", code=USAGE) from error
    if not isinstance(told, dict):
        raise Failure("a JSON object is needed", code=USAGE)
    return cast(Answer, told)
