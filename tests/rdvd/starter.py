"""A program that is many daemons, one after the other: the imports are done once.

`python -m tests.rdvd.starter` takes the environment of a daemon as JSON on a line of its input,
forks, lets the fork be the daemon, and answers with how that ended and what it said.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

from rdvd import program

A_HANG = 30


@frozen
class Ended:
    code: int
    said: str


@frozen
class Starter:
    """The other end of such a program."""

    process: subprocess.Popen[str]

    def start(self, environ: Mapping[str, str]) -> Ended:
        """Be this daemon; return when it has ended."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{json.dumps(dict(environ))}\n")
        self.process.stdin.flush()
        return Ended(**json.loads(self.process.stdout.readline()))


@contextmanager
def starting(module: str = __name__) -> Generator[Starter]:
    command, pipe = [sys.executable, "-m", module], subprocess.PIPE
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=root) as process:
        yield Starter(process)
        assert process.stdin is not None
        process.stdin.close()


def serve(be: Callable[[], object]) -> None:
    """For the program: one fork for each line."""
    for line in sys.stdin:
        with tempfile.TemporaryFile() as said:
            child = os.fork()
            if not child:
                _become(json.loads(line), said.fileno())
                be()
                sys.exit(0)
            _, status = os.waitpid(child, 0)
            said.seek(0)
            answer = {"code": os.waitstatus_to_exitcode(status), "said": said.read().decode()}
            os.write(1, f"{json.dumps(answer)}\n".encode())


def _become(environ: dict[str, str], said: int) -> None:
    signal.alarm(A_HANG)
    os.dup2(said, 2)
    os.environ.clear()
    os.environ.update(environ)


if __name__ == "__main__":
    serve(lambda: program.main([]))
