"""A program that starts daemons which are expected to refuse: the imports are done once.

`python -m tests.rdvd.starter` takes the environment of a daemon as JSON on a line of its input,
forks, lets the fork be the daemon, and answers with how that ended and what it said.
"""

import json
import os
import signal
import sys
import tempfile

from rdvd import program

A_HANG = 20


def main() -> None:
    for line in sys.stdin:
        with tempfile.TemporaryFile() as said:
            child = os.fork()
            if not child:
                _be_a_daemon(json.loads(line), said.fileno())
            _, status = os.waitpid(child, 0)
            said.seek(0)
            code = os.waitstatus_to_exitcode(status)
            print(json.dumps({"code": code, "said": said.read().decode()}), flush=True)  # noqa: T201 - the answer


def _be_a_daemon(environ: dict[str, str], said: int) -> None:
    signal.alarm(A_HANG)
    os.dup2(said, 2)
    os.environ.clear()
    os.environ.update(environ)
    program.main([])
    sys.exit(0)


if __name__ == "__main__":
    main()
