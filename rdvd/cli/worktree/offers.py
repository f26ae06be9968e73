"""Names of worktrees and branches for the shell to complete."""

from collections.abc import Iterable
from typing import Any

import click

from rdvd.cli import here
from rdvd.cli.offers import PATIENCE, offered


def _trees(context: click.Context) -> Iterable[str]:
    found = _ask("", context)
    return [
        each["path"] if each["branch"].startswith("(") else each["branch"]
        for each in found
        if not each["is_main"]
    ]


def _branches(context: click.Context) -> Iterable[str]:
    """Those that are nowhere checked out."""
    return [each["name"] for each in _ask("/branches", context) if each["worktree"] is None]


def _ask(what: str, context: click.Context) -> Any:
    from urllib.parse import urlencode  # lazy: only after Tab

    from rdvd.cli.worktree.asking import place  # lazy: only after Tab

    query = urlencode({"repo_path": place(context.params.get("directory"))})
    return here.api(PATIENCE).get(f"/api/worktrees{what}?{query}")


trees, branches = offered(_trees), offered(_branches)
