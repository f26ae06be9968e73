"""`rdv session new`."""

import json
import os
import re
from pathlib import Path
from typing import Any

import click

from rdvd.cli import here
from rdvd.cli.exits import CONFLICT, USAGE, Failure
from rdvd.cli.folder.finding import find, folders
from rdvd.cli.options import json_option
from rdvd.cli.session.arguments import Worded, worded
from rdvd.cli.session.asking import LONGEST, name_of, tell
from rdvd.cli.session.finding import sessions
from rdvd.cli.words import as_word, plain
from rdvd.cli.worktree.offers import branches

AGENTS = ("claude", "codex", "gemini", "opencode")
POLICIES = ("never", "on-failure", "always")
SIZE = re.compile(r"(\d{1,4})x(\d{1,4})")
LONGEST_NAME = 200
LONGEST_WITH_TREE = 1_000.0  # seconds: fetch, checkout and setup have limits of their own


@click.command(cls=Worded)
@click.argument("name", required=False)
@click.option("--dir", "-C", "directory", metavar="DIR", type=click.Path(),
              help="Where it begins; else here.")  # fmt: skip
@click.option("--agent", type=click.Choice(AGENTS), help="This agent instead of a shell.")
@click.option("--command", "-c", "line", metavar="LINE", help="A command, for a shell to read.")
@click.option("--env", "-E", "variables", metavar="NAME=VALUE", multiple=True,
              help="A variable for what runs in it; may be given often.")  # fmt: skip
@click.option("--env-file", "files", metavar="FILE", multiple=True, type=click.Path(),
              help="Lines NAME=VALUE; # begins a comment.")  # fmt: skip
@click.option("--restart", type=click.Choice(POLICIES), default="never", show_default=True,
              help="Whether it is begun anew when it ends.")  # fmt: skip
@click.option("--worktree", "-w", "branch", metavar="BRANCH", shell_complete=branches,
              help="In a worktree of this branch, made for it.")  # fmt: skip
@click.option("--base", metavar="COMMIT", help="Where that branch begins; else where you are.")
@click.option("--folder", "-f", metavar="FOLDER", shell_complete=folders,
              help="Put it there; without --dir it begins where that prefers.")  # fmt: skip
@click.option("--size", metavar="COLUMNSxROWS", help="Of its terminal, such as 120x40.")
@click.option("--attach/--detach", "-a/-d", "attaches", default=False,
              help="Put it on this terminal at once, or not, which is the default.")  # fmt: skip
@json_option
def new(
    name: str | None, directory: str | None, agent: str | None, line: str | None,
    variables: tuple[str, ...], files: tuple[str, ...], restart: str, branch: str | None,
    base: str | None, folder: str | None, size: str | None, attaches: bool, fields: str | None,
) -> None:  # fmt: skip
    """Begin a session: a shell, an agent, or the command after --.

    Without NAME it is named after its directory.
    """
    if attaches:
        from rdvd.cli.attach.command import begin, check_terminal  # lazy: only with -a

        check_terminal(name or "NAME")
    where = Path(here.path_of(directory or "."))
    order = _program(agent, line, worded()) | _size(size) | {
        "name": _free_name(name, where),
        "project_path": str(where),
        "environment": environment(variables, files),
        "restart_policy": restart,
        **_tree(branch, base),
        **_place(folder, directory),
    }  # fmt: skip
    patience = LONGEST if branch is None else LONGEST_WITH_TREE
    session: Any = here.api(patience).request("POST", "/api/sessions", json.dumps(order))
    if not attaches or fields is not None:
        back = f"`rdv a {as_word(session['name'])}` puts it on your terminal."
        tell(session, fields, f"{name_of(session)} has begun; {back}")
    if attaches:
        begin(session)  # pyright: ignore[reportPossiblyUnboundVariable] - imported above


def _tree(branch: str | None, base: str | None) -> dict[str, Any]:
    if branch is None and base is not None:
        raise Failure("--base is for --worktree", hint="Name its branch.", code=USAGE)
    return {} if branch is None else {"worktree": {"branch": branch, "base": base}}


def _place(folder: str | None, directory: str | None) -> dict[str, Any]:
    """The folder's own directory, unless one was named, is where it begins."""
    if folder is None:
        return {}
    return {"folder_id": find(folder)["id"]} | ({"project_path": None} if directory is None else {})


def environment(variables: tuple[str, ...], files: tuple[str, ...]) -> dict[str, str]:
    """Of the files first, so that what was typed wins."""
    found: dict[str, str] = {}
    for file in files:
        for number, text in enumerate(_lines(file), 1):
            if text.strip() and not text.lstrip().startswith("#"):
                found |= _variable(text.strip(), f"{file}:{number}")
    for text in variables:
        found |= _variable(text, "--env")
    return found


def _lines(file: str) -> list[str]:
    try:
        return Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{file} cannot be read: {error}", code=USAGE) from error


def _variable(text: str, where: str) -> dict[str, str]:
    """The value is not repeated in a message: it may be a key."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        hint = "Write NAME=VALUE; the value may be empty."
        raise Failure(f"{where}: no NAME= at the beginning", hint=hint, code=USAGE)
    return {name: value}


def _program(agent: str | None, line: str | None, words: list[str]) -> dict[str, Any]:
    if sum((agent is not None, line is not None, bool(words))) > 1:
        raise Failure("one of --agent, --command and words after --", code=USAGE)
    return {"agent_provider": agent, "shell_command": line, "command": words}


def _size(text: str | None) -> dict[str, int]:
    """As asked for, or else that of this terminal, if there is one."""
    if text is not None:
        match = SIZE.fullmatch(text)
        if match is None:
            raise Failure(f"{text!r} is no size", hint="Write it as 120x40.", code=USAGE)
        return {"columns": int(match[1]), "rows": int(match[2])}
    try:
        size = os.get_terminal_size()
    except OSError:
        return {}
    if not (10 <= size.columns <= 1_000 and 3 <= size.lines <= 1_000):
        return {}
    return {"columns": size.columns, "rows": size.lines}


def _printable(text: str) -> str:
    """A name is one line of text; that of a directory may be anything."""
    return " ".join(plain(text).replace("\ufffd", " ").split())


def _free_name(name: str | None, where: Path) -> str:
    """Two of one name could be told apart by their ids only."""
    taken = {each["name"] for each in sessions()}
    if name is not None:
        if name in taken:
            hint = f"`rdv a {as_word(name)}` attaches to it; or choose another name."
            raise Failure(f"there is a session {name} already", hint=hint, code=CONFLICT)
        return name
    base = _printable(where.name)[: LONGEST_NAME - 10] or "root"
    names = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
    return next(each for each in names if each not in taken)
