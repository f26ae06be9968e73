"""What real programs print into a terminal, recorded here and now, with their keys typed ahead."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

COLUMNS, ROWS = 80, 24
ENVIRONMENT = {"TERM": "tmux-256color", "LC_ALL": "C.UTF-8", "GIT_PAGER": "less -R"}

CURSES = r"""
import curses
def main(screen):
    curses.start_color()
    curses.use_default_colors()
    for n in range(1, 8):
        curses.init_pair(n, n, -1)
    pad = curses.newwin(10, 40, 3, 5)
    for frame in range(30):
        pad.erase()
        pad.box()
        for y in range(1, 9):
            pad.addstr(y, 1 + frame % 20, f"row {y} frame {frame}", curses.color_pair(1 + y % 7))
        pad.addstr(4, 2, "日本 é", curses.A_REVERSE | curses.A_BOLD)
        pad.scrollok(True)
        pad.scroll(frame % 3)
        pad.refresh()
        screen.addstr(20, frame, "─", curses.A_UNDERLINE)
        screen.insstr(21, 0, f"{frame} ")
        screen.refresh()
    screen.move(22, 3)
    screen.refresh()
curses.wrapper(main)
print("after")
"""
PROGRESS = r"""
import sys, time
for n in range(0, 101, 4):
    done, left = "█" * (n // 2), "░" * (50 - n // 2)
    sys.stdout.write(f"\r\x1b[K{n:3d}% \x1b[32m{done}\x1b[90m{left}\x1b[0m")
    sys.stdout.flush()
print()
for n in range(5):
    print(f"\x1b[1mdownload {n}\x1b[0m waiting")
for n in range(4, -1, -1):
    up = 5 - n
    sys.stdout.write(f"\x1b[{up}A\r\x1b[2Kdownload {n} \x1b[38;5;{40 + n}mdone\x1b[0m\x1b[{up}B\r")
"""
LONG = "".join(f"line {n} {'word ' * (n % 31)}é\n" for n in range(300))

PROGRAMS: dict[str, tuple[list[str], bytes]] = {
    "vim": (
        ["vim", "-u", "NONE", "-N", "-n", "-i", "NONE", "--cmd", "syntax on", "code.py"],
        b"\x06\x06ggVjj>ddp:set nu\r/def\rnnO# new \xc3\xa9\x1b:vsplit\r\x17wG:qa!\r",
    ),
    "less": (["less", "-R", "long.txt"], b"  jjjGg/word 1\rnn\x15/line 2\rq"),
    "top": (["top", "-n", "2", "-d", "0.1"], b""),
    "git log": (["git", "-c", "color.ui=always", "log", "-p", "--stat", "--graph"], b"  jj q"),
    "coloured ls": (["ls", "--color=always", "-la", "--hyperlink=always"], b""),
    "curses": ([sys.executable, "-c", CURSES], b""),
    "progress bars": ([sys.executable, "-c", PROGRESS], b""),
}


def record(command: list[str], keys: bytes, folder: Path) -> bytes:
    """All that the program prints into a terminal of its own, until it ends."""
    _prepare(folder)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    with subprocess.Popen(
        ["setsid", "--ctty", *command],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **ENVIRONMENT},
    ):
        os.close(theirs)
        os.write(ours, keys)
        output = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    return output


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""  # so says Linux that the last program has closed it


def _prepare(folder: Path) -> None:
    (folder / "long.txt").write_text(LONG)
    (folder / "code.py").write_text("def one():\n    return 'text'  # why\n\n\n" * 30)
    (folder / "with space").mkdir()
    git = ["git", "-c", "user.name=Someone", "-c", "user.email=one@example.org"]
    subprocess.run([*git, "init", "-q"], cwd=folder, check=True)
    for number in range(4):
        (folder / "a.txt").write_text(f"ü {number}\n\ttab\n" * (number + 1))
        subprocess.run([*git, "add", "a.txt"], cwd=folder, check=True)
        message = f"Change {number}\n\n{'why ' * 40}"
        subprocess.run([*git, "commit", "-q", "-m", message], cwd=folder, check=True)
