"""A pseudo-terminal of ours with a real program in it."""

import os
import sys
from pathlib import Path

import trio

from rdvd.terminal.pseudo import LARGEST_READ, PseudoTerminal, open_terminal

ENVIRONMENT = {"PATH": os.environ["PATH"], "TERM": "xterm-256color"}


async def read_until(terminal: PseudoTerminal, end: bytes) -> bytes:
    seen = b""
    with trio.fail_after(10):
        while end not in seen:
            piece = await terminal.read()
            assert piece, f"it ended after {seen!r}"
            seen += piece
    return seen


async def test_what_is_typed_comes_back_and_the_end_is_an_empty_read() -> None:
    async with open_terminal(["cat"], ENVIRONMENT, 80, 24) as terminal:
        await terminal.write(b"hello\n")
        await read_until(terminal, b"hello\r\nhello\r\n")
        await terminal.write(b"\x04")
        with trio.fail_after(10):
            assert await terminal.read() == b""


async def test_the_program_is_told_its_size_and_every_change_of_it() -> None:
    script = (
        "import os, signal\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGWINCH})\n"
        "while True:\n"
        "    print(os.get_terminal_size(), flush=True)\n"
        "    signal.sigwait({signal.SIGWINCH})\n"
    )
    command = [sys.executable, "-c", script]
    async with open_terminal(command, ENVIRONMENT, 100, 30) as terminal:
        await read_until(terminal, b"columns=100, lines=30")
        terminal.resize(61, 17)
        await read_until(terminal, b"columns=61, lines=17")


async def test_one_read_takes_all_that_is_there_up_to_its_limit() -> None:
    command = [sys.executable, "-c", "print('x' * 300_000, end='', flush=True); input()"]
    sizes: list[int] = []
    async with open_terminal(command, ENVIRONMENT, 80, 24) as terminal:
        with trio.fail_after(10):
            while sum(sizes) < 300_000:
                sizes.append(len(await terminal.read()))
    assert max(sizes) <= LARGEST_READ


async def test_a_write_to_a_program_that_does_not_read_waits_and_can_be_cancelled() -> None:
    program = "import tty; tty.setraw(0); print('raw', flush=True); import signal; signal.pause()"
    async with open_terminal([sys.executable, "-c", program], ENVIRONMENT, 80, 24) as terminal:
        await read_until(terminal, b"raw")
        with trio.move_on_after(0.2) as scope:
            await terminal.write(b"k" * 1_000_000)
        assert scope.cancelled_caught


async def test_no_descriptor_and_no_process_is_left_whatever_the_program_does() -> None:
    deaf = "trap '' HUP TERM INT; echo up; exec sleep 1000"
    before = descriptors()
    async with open_terminal(["sh", "-c", deaf], ENVIRONMENT, 80, 24) as terminal:
        await read_until(terminal, b"up")
    assert descriptors() == before
    assert not has_children()


async def test_a_program_that_cannot_be_started_leaves_nothing_open() -> None:
    before = descriptors()
    try:
        async with open_terminal(["/nowhere/at/all"], ENVIRONMENT, 80, 24):
            raise AssertionError("it cannot have started")
    except FileNotFoundError:
        pass
    assert descriptors() == before


def has_children() -> bool:
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return True


def descriptors() -> list[str]:
    """The terminals that this process holds open."""
    names = [str(each.readlink()) for each in Path("/proc/self/fd").iterdir() if each.is_symlink()]
    return sorted(name for name in names if name.startswith("/dev/pt"))
