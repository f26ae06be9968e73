"""`rdv folder context`: what an agent sees that begins in a folder."""

from collections.abc import Callable, Iterator
from typing import Any, cast

import click

from rdvd.cli import here
from rdvd.cli.folder.finding import find, folders
from rdvd.cli.options import json_option
from rdvd.cli.view import Viewing, tell
from rdvd.cli.words import plain

Context = dict[str, Any]  # Any: JSON, of the shape that /openapi.json describes


@click.command(cls=Viewing)
@click.argument("folder", shell_complete=folders)
@click.option("--include", metavar="A,B", help="Only these sections, such as git,knowledge.")
@click.option("--max-bytes", type=click.IntRange(1_024, 1_048_576), default=65_536, metavar="N",
              show_default=True, help="How long the answer may be.")  # fmt: skip
@json_option
def context(folder: str, include: str | None, max_bytes: int, fields: str | None) -> None:
    """All that is known around FOLDER: project, preferences, knowledge, git, sessions."""
    from urllib.parse import urlencode  # lazy: `rdv --help` reads this file too

    query = {"max_bytes": str(max_bytes), **({"include": include} if include else {})}
    path = f"/api/folders/{find(folder)['id']}/context?{urlencode(query)}"
    answer: Any = here.api().get(path)
    tell(answer, fields, "\n".join(_lines(answer)) if fields is None else "")


def _lines(told: Context) -> Iterator[str]:
    chain: list[Context] = [*(told["parents"] or []), told["folder"]]
    yield f"{plain('/'.join(each['name'] for each in chain))}  {plain(chain[-1]['path'] or '')}"
    for title, lines in _sections(told).items():
        if lines:
            yield from ("", title, *(f"  {plain(line)}" for line in lines))
    notes: dict[str, str] = told["notes"]
    left: dict[str, int] = told["left_out"]
    remarks = [f"{name}: {why}" for name, why in notes.items()]
    remarks += [f"{name}: {count} more" for name, count in left.items()]
    if remarks:
        yield from ("", *(f"! {plain(line)}" for line in remarks))


def _sections(told: Context) -> dict[str, list[str]]:
    return {
        "project": _project(told["project"]),
        "git": _git(told["git"]),
        "worktrees": _each(told["worktrees"], _worktree),
        "sessions": _each(told["sessions"], _session),
        "preferences": _each(told["preferences"], _preference),
        "knowledge": _each(told["knowledge"], _item),
        "folders in it": _each(told["children"], lambda child: str(child["name"])),
    }


def _each(found: list[Context] | None, line: Callable[[Context], str]) -> list[str]:
    return [line(each) for each in found or []]


def _project(found: Context | None) -> list[str]:
    if found is None:
        return []
    words = [each["name"] for each in found["languages"][:5]] + found["frameworks"]
    commands = [f"{purpose}: {line}" for purpose, line in found["commands"].items()]
    return [f"{found['category']}: {', '.join(words) or 'nothing known'}", *commands]


def _git(git: Context | None) -> list[str]:
    if git is None:
        return []
    state = "clean" if git["is_clean"] else (
        f"{git['staged']} staged, {git['modified']} modified, {git['untracked']} untracked"
    )  # fmt: skip
    ahead = "" if git["ahead"] is None else f", {git['ahead']} ahead, {git['behind']} behind"
    return [f"{git['branch']} at {(git['commit'] or 'no commit')[:12]}: {state}{ahead}"]


def _worktree(tree: Context) -> str:
    return f"{tree['path']}  {tree['branch'] or '(detached)'}"


def _session(session: Context) -> str:
    return f"{session['name']}  {session['status']}  {session['agent'] or 'shell'}"


def _preference(said: Context) -> str:
    value = said["value"]
    if isinstance(value, list):
        value = " ".join(cast(list[str], value)) or None
    return f"{said['key']} = {'(not set)' if value is None else value}  ({said['source']})"


def _item(item: Context) -> str:
    content = item["content"]
    title = content.get("name") or content.get("category") or content.get("type")
    return f"{item['kind']} {title}: {content.get('command') or content.get('description')}"
