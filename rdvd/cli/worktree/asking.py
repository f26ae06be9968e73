"""What is asked of the daemon about worktrees, and how losses are told."""

import json
import os
from pathlib import Path
from typing import Any

import click

from rdvd.cli import here
from rdvd.cli.exits import NOT_FOUND, Failure

LONGEST = 1_000.0  # seconds: a fetch, a checkout and a project's setup have limits of their own

directory_option = click.option(
    "--dir",
    "-C",
    "directory",
    metavar="DIR",
    type=click.Path(),
    help="Any place in the repository.",
)


def place(directory: str | None) -> str:
    return here.path_of(directory or ".")


def get(what: str, **query: str) -> Any:
    from urllib.parse import urlencode  # lazy: `rdv --help` reads this file too

    return here.api().get(f"/api/worktrees{what}?{urlencode(query)}")


def send(method: str, what: str, body: object) -> Any:
    return here.api(LONGEST).request(method, f"/api/worktrees{what}", json.dumps(body))


def find(word: str, directory: str | None) -> str:
    """The path of the tree that is meant: one that is a path is taken for that."""
    if (os.sep in word and Path(word).expanduser().is_dir()) or word in (".", ".."):
        return os.path.realpath(place(word))
    for each in get("", repo_path=place(directory)):
        if word == each["branch"] or os.path.realpath(place(word)) == each["path"]:
            return each["path"]
    hint = "`rdv worktree ls` lists them."
    raise Failure(f"no worktree {word} in this repository", hint=hint, code=NOT_FOUND)


def told(answer: Any) -> str:
    """What speaks against it, each by name."""
    from rdvd.cli.words import plain  # lazy: as above

    lines: list[str] = []
    for each in answer["obstacles"]:
        lines += [each["detail"], *(f"    {plain(item)}" for item in each["items"])]
    for each in answer["losses"]:
        lines.append(f"{each['count']} {each['kind']}: {each['detail']}")
        lines += [f"    {plain(item)}" for item in each["items"]]
        if each["count"] > len(each["items"]) > 0:
            lines.append(f"    and {each['count'] - len(each['items'])} more")
    return "\n".join(lines)
