"""Programs of an act that the last end of the daemon has cut off."""

import os
import resource
import subprocess
from collections.abc import Generator
from contextlib import ExitStack, contextmanager

from rdvd.worktrees.stragglers import end_stragglers

MANY = 1_100  # select(2) knows no number above 1,023


@contextmanager
def many_open() -> Generator[None]:
    """As in a daemon with hundreds of sessions."""
    usual = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(usual[0], MANY + 200), usual[1]))
    try:
        with ExitStack() as held:
            for _ in range(MANY):
                held.callback(os.close, os.open(os.devnull, os.O_RDONLY))
            yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, usual)


def test_they_are_ended_however_many_descriptors_are_open():
    program = subprocess.Popen(["sleep", "60"], env={"PATH": os.environ["PATH"], "RDV_ACT": "one"})
    other = subprocess.Popen(["sleep", "60"], env={"PATH": os.environ["PATH"], "RDV_ACT": "two"})
    try:
        with many_open():
            assert 1 == end_stragglers("one")

        assert -15 == program.wait(timeout=10)
        assert other.poll() is None
    finally:
        for each in (program, other):
            each.kill()
            each.wait()
