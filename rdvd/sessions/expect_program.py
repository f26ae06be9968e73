"""The program that looks for patterns in what a session prints, by pexpect's engine.

A process of its own: patterns are people's, and one that never comes to an end must hold up nobody;
it is ended from outside when its time is over. It is run as a file, for it needs nothing of rdvd.

What the session prints comes, as UTF-8, at the descriptor that is its argument. Each line of its
input is a step, and it answers each with a line.
"""

import json
import sys
from typing import Any

from pexpect import EOF, TIMEOUT
from pexpect.fdpexpect import fdspawn

WINDOW = 4_096  # characters before the newest one that a pattern can reach back to
PIECE = 65_536
SHOWN = 1_000
HOWS = ("matched", "timeout", "ended")


def main() -> None:
    screen = opened(int(sys.argv[1]))
    screen.delayafterread = None
    for line in sys.stdin:
        step = json.loads(line)
        wait = screen.expect_exact if step["is_literal"] else screen.expect
        how = HOWS[wait([step["pattern"], TIMEOUT, EOF], timeout=step["seconds"])]
        answer = {"how": how, "matched": text(screen.after), "before": text(screen.before) or ""}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def opened(descriptor: int) -> "fdspawn[str]":
    return fdspawn(descriptor, encoding="utf-8", maxread=PIECE, searchwindowsize=WINDOW)


def text(found: Any) -> str | None:
    """In pexpect the same places also hold exceptions, or nothing."""
    return found[-SHOWN:] if isinstance(found, str) else None


if __name__ == "__main__":
    main()
