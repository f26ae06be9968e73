"""`rdv config set` and `unset`: one line of server/config.toml, and only if all is right then."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from rdvd.cli.config_view import problems
from rdvd.cli.exits import USAGE, Failure
from rdvd.cli.refusals import told
from rdvd.config import Key, as_json, as_toml, find, from_text, with_setting, without_setting
from rdvd.ground.places import find_places
from rdvd.ground.private import make_directory, read_private, write_private


def set_to(name: str, text: str) -> str:
    """What to tell about it."""
    with told():
        key = find(name)
        value = from_text(key, text, os.environ)
        written = as_toml(text if key.kind is Path else as_json(value))
        file = _change(lambda before: with_setting(before, key, written))
    return _told(key, f"{key.dotted} = {written} in {file}")


def unset(name: str) -> str:
    with told():
        key = find(name)
        file = _change(lambda before: without_setting(before, key))
    return _told(key, f"{key.dotted} is not set in {file}")


def _change(edit: Callable[[str], str]) -> Path:
    file = find_places(os.environ).server_config_file
    before = _read(file)
    draft = edit(before)
    _require_right(file, draft)
    if draft != before:
        make_directory(file.parent)
        write_private(file.resolve(), draft.encode())  # a link stays one
    return file


def _read(file: Path) -> str:
    try:
        return (read_private(file, may_be_link=True) or b"").decode()
    except UnicodeDecodeError as error:
        raise Failure(f"{file} is not UTF-8", code=USAGE) from error


def _require_right(file: Path, draft: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / file.name
        trial.write_bytes(draft.encode())
        trial.chmod(0o600)
        wrong = [problem.replace(str(trial), str(file)) for problem in problems(trial)]
    if wrong:
        said = ("nothing was changed, for it would be wrong:", *wrong)
        raise Failure("\n".join(said), code=USAGE)


def _told(key: Key, what: str) -> str:
    when = "`rdv config reload` takes it up" if key.about.live else "it holds from the next start"
    lines = [what, f"if the daemon runs, {when}"]
    if key.variable in os.environ:
        lines.append(f"but {key.variable} in the environment goes before it")
    return "\n".join(lines)
