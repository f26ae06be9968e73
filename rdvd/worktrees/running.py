"""Other people's programs, run for so long at most, with so much to say at most, and reaped."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

import trio
from attrs import define, field, frozen

FAREWELL_SECONDS = 2.0
PIECE = 65_536
LARGEST_OUTPUT = 64 * 1024 * 1024
LARGEST_COMPLAINT = 16 * 1024


@frozen
class Ran:
    code: int
    out: bytes
    err: bytes


class NotRun(Exception):
    """It could not be started, or said more than anybody would read."""


@define
class _Heard:
    """What a program says, up to a limit; `is_over` once it has said more."""

    most: int
    pieces: list[bytes] = field(factory=list[bytes])
    size: int = 0

    @property
    def is_over(self) -> bool:
        return self.size > self.most

    async def listen(self, stream: trio.abc.ReceiveStream) -> None:
        async for piece in stream:
            self.size += len(piece)
            if not self.is_over:
                self.pieces.append(bytes(piece))

    def said(self) -> bytes:
        return b"".join(self.pieces)


async def run_program(
    command: Sequence[str],
    *,
    directory: Path,
    environment: Mapping[str, str],
    stdin: bytes = b"",
    most: int = LARGEST_OUTPUT,
) -> Ran:
    """Whoever is cancelled, or lets a deadline pass, ends the program and all that it has started.

    It is the leader of a process group of its own, so that no signal of a terminal reaches it.
    """
    process = await _start(command, directory, environment, subprocess.PIPE)
    out, err = _Heard(most), _Heard(LARGEST_COMPLAINT)
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        async with process.stdin, process.stdout, process.stderr, trio.open_nursery() as nursery:
            nursery.start_soon(_tell, process.stdin, stdin)
            nursery.start_soon(out.listen, process.stdout)
            nursery.start_soon(err.listen, process.stderr)
            await process.wait()
    finally:
        await end_group(process)
    if out.is_over:
        raise NotRun(f"{command[0]} said more than {most} bytes")
    return Ran(process.returncode or 0, out.said(), err.said())


async def run_into(
    command: Sequence[str], file: IO[bytes], *, directory: Path, environment: Mapping[str, str]
) -> int:
    """The same with all that is said going into a file; its exit code."""
    process = await _start(command, directory, environment, file)
    try:
        return await process.wait()
    finally:
        await end_group(process)


async def end_group(process: trio.Process) -> None:
    """Politely, then not; also for a caller that is being cancelled."""
    if process.returncode is not None:
        return
    with trio.CancelScope(shield=True):
        _signal(process, signal.SIGTERM)
        with trio.move_on_after(FAREWELL_SECONDS):
            await process.wait()
        _signal(process, signal.SIGKILL)
        await process.wait()


def _signal(process: trio.Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        # Its leader is ours to reap, so the number of the group is nobody else's before that.
        os.killpg(process.pid, number)


async def _start(
    command: Sequence[str],
    directory: Path,
    environment: Mapping[str, str],
    output: int | IO[bytes],
) -> trio.Process:
    is_piped = output == subprocess.PIPE
    try:
        return await trio.lowlevel.open_process(
            list(command),
            stdin=subprocess.PIPE if is_piped else subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE if is_piped else subprocess.STDOUT,
            cwd=directory,
            env=dict(environment),
            start_new_session=True,
        )
    except OSError as error:
        raise NotRun(f"{command[0]} cannot be run in {directory}: {error.strerror}") from error


async def _tell(stream: trio.abc.SendStream, content: bytes) -> None:
    with suppress(trio.BrokenResourceError):  # it wanted to know no more
        await stream.send_all(content)
    await stream.aclose()
