"""The end of a command whose words reach nobody."""

import errno
import os
import sys
from typing import NoReturn, TextIO

from rdvd.cli.exits import FAILED, UNHEARD, Failure


def silence(stream: TextIO) -> None:
    """Python flushes it once more at the end, and what could not be written is still in it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def end_unheard(error: OSError) -> NoReturn:
    """A reader that went away, as `| head` does, needs no words; a disk that is full does."""
    silence(sys.stdout)
    if error.errno == errno.EPIPE:
        sys.exit(UNHEARD)
    print(Failure(f"the answer could not be shown: {error.strerror}"), file=sys.stderr)
    sys.exit(FAILED)
