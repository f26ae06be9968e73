"""What runs behind `pipe-pane`, between a pane and the recorder."""

import shlex
from pathlib import Path

from rdvd.recorder import FIFO, PIPE_PID


def pipe_command(directory: Path) -> str:
    """What `pipe-pane -O` has to run. Tell the recorder of the session first.

    The FIFO is open for both directions, so that `cat` never ends, nor waits, for want of a
    recorder. The pid, which is written behind that, lets `drain` see when `cat` has handed over
    all it has, and `is_piped` whether it is there.
    """
    pid, fifo = shlex.quote(str(directory / PIPE_PID)), shlex.quote(str(directory / FIFO))
    return f"umask 077; exec 1<> {fifo}; echo $$ > {pid}; exec cat"


def is_piped(directory: Path) -> bool:
    """False: `cat` was there and is gone, so nothing that the pane prints is recorded."""
    try:
        pid = int((directory / PIPE_PID).read_bytes())
    except (FileNotFoundError, ValueError):
        return True  # it is on its way
    try:
        return (directory / FIFO).samefile(f"/proc/{pid}/fd/1")
    except OSError:
        return False
