"""A pseudo-terminal with a program in it: read without delay, written without blocking."""

import fcntl
import os
import signal
import struct
import termios
from collections.abc import AsyncGenerator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

import trio

LARGEST_READ = 64 * 1024
SHORT_PIECE = 256
LONGEST_GOODBYE = 1.0


class PseudoTerminal:
    """Our end. At any time one task may read, and another one write."""

    def __init__(self, master: int, process: trio.Process) -> None:
        self._master = master
        self._process = process

    async def read(self) -> bytes:
        """All that is there, up to 64 KiB; waits for the first byte. Empty: the program ended."""
        await trio.lowlevel.checkpoint_if_cancelled()
        while (data := self.look()) is None:
            await self.wait_readable()
        return data

    def wait_readable(self) -> Awaitable[None]:
        """Until there is something to read, or the program has ended."""
        return trio.lowlevel.wait_readable(self._master)  # noqa: ASYNC105 - who asks awaits it

    async def write(self, data: bytes) -> None:
        """Returns when all of it is in the terminal; at once if nobody is there any more.

        Where there is room nobody else has a turn: they have it when the next key is waited for.
        """
        put = self._put(data)
        left = memoryview(data)[put:] if put < len(data) else None
        while left:
            await trio.lowlevel.wait_writable(self._master)
            left = left[self._put(left) :]

    def resize(self, columns: int, rows: int) -> None:
        """Nobody's controlling terminal tells its program by itself, so we do."""
        set_size(self._master, columns, rows)
        self.redraw()

    def redraw(self) -> None:
        """Who is told that its size may have changed draws all of it anew."""
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGWINCH)

    def look(self) -> bytes | None:
        """What `read` gives, if it is there now.

        The kernel hands out pieces of a few KiB; one frame takes all of them.
        """
        data = first = _read(self._master, LARGEST_READ)
        if first is None or len(first) < SHORT_PIECE:  # all of it, or nearly: no look in vain
            return first
        pieces, size = [first], len(first)
        while data and size < LARGEST_READ and len(data) >= SHORT_PIECE:
            data = _read(self._master, LARGEST_READ - size)
            if data:
                pieces.append(data)
                size += len(data)
        return b"".join(pieces)

    def _put(self, data: bytes | memoryview) -> int:
        """How much of it is done with."""
        try:
            return os.write(self._master, data)
        except BlockingIOError:
            return 0
        except OSError:
            return len(data)


def set_size(descriptor: int, columns: int, rows: int) -> None:
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


@asynccontextmanager
async def open_terminal(
    command: Sequence[str], environment: Mapping[str, str], columns: int, rows: int
) -> AsyncGenerator[PseudoTerminal, None]:
    """The program has ended and is reaped when the block is left: its terminal is closed then."""
    master, slave = os.openpty()
    try:
        try:
            os.set_blocking(master, False)
            set_size(master, columns, rows)
            process = await trio.lowlevel.open_process(
                command, stdin=slave, stdout=slave, stderr=slave,
                env=environment, start_new_session=True,
            )  # fmt: skip
        finally:
            os.close(slave)
        try:
            yield PseudoTerminal(master, process)
        finally:
            trio.lowlevel.notify_closing(master)
            os.close(master)
            master = -1
            await _see_out(process)
    finally:
        if master >= 0:
            os.close(master)


async def _see_out(process: trio.Process) -> None:
    """It ends because its terminal has gone; if it does not, it is killed. Bounded, so shielded."""
    with trio.CancelScope(shield=True):
        with trio.move_on_after(LONGEST_GOODBYE):
            await process.wait()
            return
        process.kill()
        await process.wait()


def _read(descriptor: int, most: int) -> bytes | None:
    """None: nothing is there yet. Empty: it ended."""
    try:
        return os.read(descriptor, most)
    except BlockingIOError:
        return None
    except OSError:  # EIO: nobody holds the other end any more
        return b""
