"""Small Python programs as processes of their own, for what only a second process can show."""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

REPOSITORY = Path(__file__).parent.parent.parent


def run_python(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """To its end, which must be a good one."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done


@contextmanager
def python(code: str, *arguments: object) -> Generator[subprocess.Popen[str], None, None]:
    """Alive in here. It ends when its standard input does, or is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        with process:
            yield process
            stream(process.stdin).close()
            process.wait(timeout=30)
    finally:
        process.kill()


def stream(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe


def next_line(process: subprocess.Popen[str]) -> str:
    return stream(process.stdout).readline().rstrip("\n")
