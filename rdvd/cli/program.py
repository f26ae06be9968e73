"""The daemon's own program, run for what only it may do: open the database."""

import subprocess
import sys

from rdvd.cli.exits import CONFLICT, FAILED, NOT_FOUND, USAGE, Failure

# What it ends with, see rdvd/maintenance.py; 75: a daemon has the database open.
CODES = {64: USAGE, 65: CONFLICT, 66: NOT_FOUND, 75: CONFLICT}
DAMAGED = 65


class NotMaintained(Failure):
    def __init__(self, cause: str, ended: int) -> None:
        super().__init__(cause, code=CODES.get(ended, FAILED))
        self.is_about_the_database = ended == DAMAGED


def rdvd(*arguments: str) -> str:
    """What it says; a refusal with its reason if it did nothing."""
    command = [sys.executable, "-P", "-m", "rdvd", *arguments]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    said = done.stderr.decode(errors="replace").strip().removeprefix("rdvd: ")
    if done.returncode:
        cause = said or f"rdvd ended with exit code {done.returncode} and without a word"
        raise NotMaintained(cause, done.returncode)
    return done.stdout.decode(errors="replace").rstrip("\n")
