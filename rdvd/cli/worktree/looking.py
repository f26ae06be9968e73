"""`rdv worktree ls` and `status`."""

from typing import Any

import click

from rdvd.cli.options import json_option
from rdvd.cli.view import Viewing, tell
from rdvd.cli.worktree.asking import directory_option, find, get, place
from rdvd.cli.worktree.offers import trees


@click.command(cls=Viewing)
@directory_option
@json_option
def ls(directory: str | None, fields: str | None) -> None:
    """The worktrees of the repository, as git knows them."""
    found: Any = get("", repo_path=place(directory))
    tell(found, fields, _draw(found) if fields is None else "")


@click.command(cls=Viewing)
@click.argument("tree", required=False, shell_complete=trees)
@directory_option
@json_option
def status(tree: str | None, directory: str | None, fields: str | None) -> None:
    """What git status says of a worktree, in numbers; without TREE of the one you are in."""
    path = place(directory) if tree is None else find(tree, directory)
    found: Any = get("/status", worktree_path=path)
    tell(found, fields, _facts(path, found) if fields is None else "")


def _draw(found: list[Any]) -> str:
    from rdvd.cli.render import table  # lazy: `rdv --help` reads this file too
    from rdvd.cli.words import plain  # lazy: as above

    return table(
        [
            {
                "branch": plain(each["branch"]),
                "commit": (each["commit"] or "none yet")[:9],
                "state": _state(each),
                "path": plain(each["path"]),
            }
            for each in found
        ]
    )


def _state(each: Any) -> str:
    words = {
        "main": each["is_main"],
        "missing": each["is_missing"],
        "locked": each["locked"] is not None,
        "ours": each["is_ours"],
    }
    return " ".join(word for word, holds in words.items() if holds) or "-"


def _facts(path: str, found: Any) -> str:
    from rdvd.cli.render import facts  # lazy: as above
    from rdvd.cli.words import plain  # lazy: as above

    if not found["exists"]:
        return f"{plain(path)} is not there."
    told = {
        "path": plain(path),
        "branch": plain(found["branch"]),
        "upstream": plain(found["upstream"] or "none"),
        "clean": "yes" if found["is_clean"] else "no",
    }
    told |= {name: str(found[name]) for name in ("staged", "modified", "untracked")}
    if found["ahead"] is not None:
        told |= {"ahead": str(found["ahead"]), "behind": str(found["behind"])}
    return facts(told)
