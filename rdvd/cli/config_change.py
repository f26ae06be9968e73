"""`rdv config set` and `unset`: one line of server/config.toml, and only if all is right then."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from attrs import frozen

from rdvd.cli.client import Json
from rdvd.cli.config_view import problems
from rdvd.cli.exits import USAGE, Failure
from rdvd.cli.refusals import told
from rdvd.config import Key, as_json, as_toml, find, from_text, with_setting, without_setting
from rdvd.ground.places import find_places
from rdvd.ground.private import make_directory, read_private, write_private


@frozen
class Change:
    """What was written, if anything had to be."""

    key: Key
    written: str | None  # as TOML; None: it is not set any more
    value: Json
    file: Path

    def as_json(self) -> Json:
        return {
            "key": self.key.dotted,
            "value": self.value,
            "file": str(self.file),
            "waits_for": "reload" if self.key.about.live else "restart",
            "overridden_by": self.key.variable if self.key.variable in os.environ else None,
        }

    def as_text(self) -> str:
        key = self.key
        what = "is not set" if self.written is None else f"= {self.written}"
        live = "`rdv config reload` takes it up"
        when = live if key.about.live else "it holds from the next start"
        lines = [f"{key.dotted} {what} in {self.file}", f"if the daemon runs, {when}"]
        if key.variable in os.environ:
            lines.append(f"but {key.variable} in the environment goes before it")
        return "\n".join(lines)


def set_to(name: str, text: str) -> Change:
    with told():
        key = find(name)
        value = as_json(from_text(key, text, os.environ))
        written = as_toml(text if key.kind is Path else value)
        file = _change(lambda before: with_setting(before, key, written))
    return Change(key, written, value, file)


def unset(name: str) -> Change:
    with told():
        key = find(name)
        file = _change(lambda before: without_setting(before, key))
    return Change(key, None, None, file)


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
