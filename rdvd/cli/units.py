"""The unit files as this installation needs them: pure text, from the files in systemd/.

What we write carries a first line that says so, with a digest of the rest: what somebody else
wrote, or changed since, is never taken for ours.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from rdvd import VERSION
from rdvd.cli.exits import USAGE, Failure
from rdvd.cli.systemd import MARK

NAMES = ("rdvd.service", "rdvd-api.socket", "rdvd-terminal.socket", "rdvd-tmux@.service")
FIRST_LINE = re.compile(re.escape(MARK) + r"(?P<home>.*) \(rdvd \S+, (?P<digest>[0-9a-f]{32})\)\. ")
ADVICE = "Changes go into a drop-in: systemctl --user edit"
REFUSED_IN_PROGRAMS = frozenset("'\"\\")
RUN = "%h/.remote-dev/run"


class Installation(NamedTuple):
    """This rdvd, as its units must name it. `environ` is what differs from the default."""

    rdvd: Sequence[str]
    tmux: str
    home: Path
    run: Path
    api_socket: Path
    terminal_socket: Path
    environ: Mapping[str, str]


class State(Enum):
    ABSENT = "is not there"
    OURS = "is as it was installed"
    CHANGED = "was changed since it was installed"
    FOREIGN = "was not written by rdv"


def source(name: str) -> str:
    """The unit as it is shipped: inside the package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    for folder in (package / "systemd", package.parent / "systemd"):
        if (folder / name).is_file():
            return (folder / name).read_text(encoding="utf-8")
    raise Failure(f"this installation lacks its unit file {name}", hint="Install rdvd anew.")


def units_for(place: Installation) -> dict[str, str]:
    """Each file's text, first line included."""
    _refuse_what_no_unit_can_name(place)
    return {name: marked(rewritten(name, source(name), place), place.home) for name in NAMES}


def rewritten(name: str, text: str, place: Installation) -> str:
    run, paths = str(place.run), (place.api_socket, place.terminal_socket)
    changes = {
        "rdvd.service": [
            ("ExecStart=%h/.local/bin/rdvd\n", f"ExecStart={command(*place.rdvd)}\n"),
            ("NotifyAccess=main\n", f"NotifyAccess=main\n{_environment(place.environ)}"),
        ],
        "rdvd-api.socket": [(f"{RUN}/api.sock", _percent(str(paths[0])))],
        "rdvd-terminal.socket": [(f"{RUN}/terminal.sock", _percent(str(paths[1])))],
        "rdvd-tmux@.service": [
            ("/usr/bin/tmux", command(place.tmux)),
            (f"{RUN}/tmux-%i.sock", _argument(f"{run}/tmux-")[:-1] + '%i.sock"'),
            (f"sh {RUN}\n", f"sh {_argument(run)}\n"),
        ],
    }
    for before, after in changes[name]:
        assert before in text, f"{name} has no {before!r}"
        text = text.replace(before, after)
    return text


def marked(text: str, home: Path) -> str:
    return f"{MARK}{home} (rdvd {VERSION}, {_digest(text)}). {ADVICE}\n{text}"


def state_of(file: Path, home: Path) -> State:
    """Whose it is, and whether it is as we left it."""
    try:
        content = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return State.FOREIGN if file.is_symlink() else State.ABSENT
    except (OSError, UnicodeDecodeError):
        return State.FOREIGN
    first, _, rest = content.partition("\n")
    found = FIRST_LINE.match(first)
    if file.is_symlink() or found is None or found["home"] != str(home):
        return State.FOREIGN
    return State.OURS if found["digest"] == _digest(rest) else State.CHANGED


def command(program: str, *arguments: str) -> str:
    """For ExecStart=. systemd refuses some names of programs whatever the quotes, and expands no
    variable in them; in arguments it does."""
    if set(program) & REFUSED_IN_PROGRAMS:
        return command("/usr/bin/env", program, *arguments)
    return " ".join([_quoted(program), *(_argument(word) for word in arguments)])


def _argument(word: str) -> str:
    return _quoted(word).replace("$", "$$")


def _quoted(word: str) -> str:
    return f'"{_percent(_backslash(word))}"'


def _environment(environ: Mapping[str, str]) -> str:
    return "".join(f"Environment={_quoted(f'{name}={value}')}\n" for name, value in environ.items())


def _backslash(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _percent(text: str) -> str:
    return text.replace("%", "%%")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _refuse_what_no_unit_can_name(place: Installation) -> None:
    named = (*place.rdvd, place.tmux, *map(str, place[2:6]), *place.environ.values())
    for text in named:
        if not text.isprintable():
            cause = f"no unit file can name {text!r}"
            raise Failure(cause, hint="Choose a path without control characters.", code=USAGE)
