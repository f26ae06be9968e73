"""What runs in the sessions: something that repeats each key, and something that floods."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from select import select
from typing import BinaryIO

from .living import Asking
from .types import BenchFailed

ECHO = ("/bin/sh", "-c", "stty raw -echo; echo ready; exec cat")
LINE = b"%08d 12:34:56.789 \x1b[32mINFO\x1b[0m  worker %d took the job and was done with it soon\n"
LOG_BYTES = 10_000_000
LAST_NUMBER = 1_000_000
# One order after the other: its number, and a command. Ctrl-C ends the command and not this; the
# kernel then throws away what was not yet read, and the CAN ends the sequence that it cut in two.
FLOODER = """
trap : INT
exec 3<>"$1" 4<>"$2"
while read -r number command <&3; do
    (trap - INT; eval "$command")
    echo "$number" >&4
    printf '\\030\\n<over %s>\\n' "$number"
done
"""


def write_log(path: Path) -> Path:
    line = b"".join(LINE % (number, number % 7) for number in range(1000))
    path.write_bytes((line * (LOG_BYTES // len(line) + 1))[: LOG_BYTES - 1] + b"\n")
    return path


class Flooder:
    """A session that prints a lot when it is told to."""

    def __init__(self, asking: Asking, folder: Path) -> None:
        orders, answers = folder / "orders", folder / "answers"
        os.mkfifo(orders, 0o600)
        os.mkfifo(answers, 0o600)
        self.session = asking.new("/bin/sh", "-c", FLOODER, "sh", str(orders), str(answers))
        self._orders: BinaryIO = orders.open("r+b", buffering=0)
        self._answers: BinaryIO = answers.open("r+b", buffering=0)
        self._number = 0

    def order(self, command: str) -> bytes:
        """What its screen says when it is over."""
        self._number += 1
        self._orders.write(f"{self._number} {command}\n".encode())
        return f"<over {self._number}>".encode()

    @property
    def has_printed(self) -> bool:
        """The terminal has taken all of it; nobody need have seen it yet."""
        if not select([self._answers], [], [], 0)[0]:
            return False
        number = int(self._answers.readline())
        if number != self._number:
            raise BenchFailed(f"order {number} was over, not {self._number}")
        return True

    def close(self) -> None:
        self._orders.close()
        self._answers.close()


@contextmanager
def flooder(asking: Asking, folder: Path) -> Generator[Flooder, None, None]:
    made = Flooder(asking, folder)
    try:
        yield made
    finally:
        made.close()
