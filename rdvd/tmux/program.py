"""The tmux program: whether there is one, and whether it is new enough.

What a server can do is asked of the server (`greeting.py`); this judges what would be started.
"""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import trio
from attrs import frozen

OLDEST = (3, 2)
LONGEST_LOOK = 2.0
INSTALL = "install tmux 3.2 or newer: `sudo apt-get install tmux`, or as your system does that"


@frozen
class Judgement:
    """`problem`: what is to be said of it. `is_usable`: sessions can live in it all the same."""

    version: str | None
    problem: str | None
    is_usable: bool


def judge(said: str) -> Judgement:
    """From what `tmux -V` printed, such as `tmux 3.3a`, `tmux next-3.6` or `tmux master`."""
    found = re.search(r"(\d+)\.(\d+)", said)
    if found is None or "openbsd" in said:
        return Judgement(
            said, f"tmux has no version we know: {said!r}; it is tried by what it can do", True
        )
    if (int(found[1]), int(found[2])) < OLDEST:
        return Judgement(said, f"{said} is too old; {INSTALL}", False)
    return Judgement(said, None, True)


class Program:
    """Asked for its version once, and again when the file is another one."""

    def __init__(self, name: str, environ: Mapping[str, str]) -> None:
        self.name = name
        self._environ = environ
        self._seen: tuple[object, Judgement] | None = None

    @property
    def known(self) -> Judgement | None:
        return self._seen and self._seen[1]

    @property
    def path(self) -> str | None:
        return shutil.which(self.name, path=self._environ.get("PATH"))

    async def look(self) -> Judgement:
        path = self.path
        if path is None:
            return Judgement(None, f"{self.name} is not found in PATH; {INSTALL}", False)
        mark = _mark(path)
        if self._seen is None or self._seen[0] != mark:
            judgement = await _ask(path)
            if judgement.version is None:
                return judgement
            self._seen = (mark, judgement)
        return self._seen[1]


def _mark(path: str) -> object:
    found = Path(path).stat()
    return path, found.st_dev, found.st_ino, found.st_mtime_ns


async def _ask(path: str) -> Judgement:
    with trio.move_on_after(LONGEST_LOOK):
        try:
            done = await trio.run_process([path, "-V"], capture_stdout=True, check=False)
        except OSError as error:
            return Judgement(None, f"{path} cannot be run: {error.strerror}; {INSTALL}", False)
        if done.returncode:
            return Judgement(None, f"{path} -V ends with {done.returncode}; {INSTALL}", False)
        return judge(done.stdout.decode(errors="replace").strip())
    return Judgement(None, f"{path} -V did not answer within {LONGEST_LOOK:g} s", False)
