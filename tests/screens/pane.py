"""A real tmux on a private socket, with one pane whose screen takes any bytes."""

import os
import select
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from attrs import frozen

from rdvd.screens.emulator import HISTORY

# Brings a pane, and our emulator, into one and the same state, whatever was there before.
AFRESH = b"\x18\x1b\\\x1b[?1049l\x1bc\x1b7\x1b[?1049h\x1b[?1049l\x1bc\x1b[3J"
# What the player adds to everything: CAN and ST leave any unfinished sequence, and show nothing.
ENDED = b"\x18\x1b\\"
FACTS = "#{cursor_x} #{cursor_y} #{cursor_flag} #{alternate_on}"
MARK = "the facts: "

# Runs in the pane: writes what it is told, and answers when tmux has understood all of it, which is
# when tmux has answered the question at its end.
PLAYER = r"""
import os, sys, tty
tty.setraw(0)
print(end="", flush=True)
orders, done = open(sys.argv[1], "rb", buffering=0), open(sys.argv[2], "wb", buffering=0)
while size := orders.read(8):
    left = int.from_bytes(size, "big")
    data = b""
    while len(data) < left:
        data += orders.read(left - len(data))
    data += b"\x18\x1b\\\x1b[5n"
    while data:
        data = data[os.write(1, data):]
    answer = b""
    while b"\x1b[0n" not in answer:
        answer += os.read(0, 4096)
    done.write(b".")
"""


@frozen
class Shown:
    """What tmux says of its screen."""

    text: str  # capture-pane -e -p
    x: int
    y: int
    cursor: bool
    alternate: bool


class Pane:
    def __init__(self, socket: Path, orders: BinaryIO, done: BinaryIO) -> None:
        self._socket, self._orders, self._done = socket, orders, done

    def afresh(self, columns: int, rows: int) -> None:
        self.resize(columns, rows)
        self.feed(AFRESH)

    def resize(self, columns: int, rows: int) -> None:
        self._tmux("resize-window", "-t", "=it:", "-x", str(columns), "-y", str(rows))

    def feed(self, data: bytes) -> None:
        self._orders.write(len(data).to_bytes(8, "big") + data)
        ready, _, _ = select.select([self._done], [], [], 10)
        assert ready, f"tmux does not answer after {data!r}"
        assert self._done.read(1) == b"."

    def shown(self, *flags: str) -> Shown:
        said = self._tmux(
            *("capture-pane", "-e", "-p", *flags, "-t", "=it:", ";"),
            *("display-message", "-p", "-t", "=it:", f"{MARK}{FACTS}"),
        )
        text, _, facts = said.rpartition(MARK)
        x, y, cursor, alternate = facts.split()
        return Shown(text, int(x), int(y), cursor == "1", alternate == "1")

    def _tmux(self, *arguments: str) -> str:
        return run_tmux(self._socket, *arguments)


def run_tmux(socket: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["tmux", "-u", "-S", socket, "-f", "/dev/null", *arguments],
        capture_output=True,
        check=True,
        timeout=20,
    )
    return done.stdout.decode("utf-8", "surrogateescape")


@contextmanager
def real_pane(folder: Path) -> Generator[Pane]:
    socket, orders, done = folder / "tmux", folder / "orders", folder / "done"
    (folder / "player.py").write_text(PLAYER)
    os.mkfifo(orders)
    os.mkfifo(done)
    command = [sys.executable, "-I", str(folder / "player.py"), str(orders), str(done)]
    preparation = [
        *("start-server", ";"),
        *("set", "-g", "history-limit", str(HISTORY), ";"),
        *("set", "-g", "status", "off", ";"),
    ]
    size = ("-x", "80", "-y", "24")
    run_tmux(socket, *preparation, "new-session", "-d", "-s", "it", *size, "--", *command)
    # Only now: tmux 3.3a does not survive it as long as there is no window.
    run_tmux(socket, "set", "-g", "window-size", "manual")
    try:
        with orders.open("wb", buffering=0) as to_it, done.open("rb", buffering=0) as from_it:
            yield Pane(socket, to_it, from_it)
    finally:
        subprocess.run(["tmux", "-S", socket, "kill-server"], check=False, timeout=20)
