"""Commands run one after the other at the prompt of one session."""

import secrets
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import trio
from attrs import frozen

from actors import Actor
from rdvd.ground.errors import Conflict, Problem
from rdvd.ground.private import make_directory, write_private
from rdvd.identity import SessionId

from . import commands, terminal, transitions
from .acts import place_of
from .commands import Files, Kind, Reading
from .homes import is_wrapper
from .processes import Process, children_of, command_of, look_at
from .shop import Shop
from .sizing import offset_now
from .stream import Silence, Stream, following
from .types import Pane, Suspended, exit_of

A_MOMENT = 0.05
ANSWERS_UNTIL_PIPED = 2  # of tmux: what was printed before has then left it
SHELL_SECONDS = 5.0  # a shell that has just begun reads its files before it reads a person


class NotAtAPrompt(Conflict):
    """Something else than a shell that waits for a line has the terminal."""

    code = "NOT_AT_A_PROMPT"


@frozen
class Outcome:
    """`code` as the shell has it; None: the session ended, and nobody saw how."""

    code: int | None
    output: bytes
    is_truncated: bool
    was_interrupted: bool
    seconds: float


class Prompt(Actor):
    """Its mailbox is the queue of those who wait for the prompt. Whoever leaves it before it is
    their turn has typed nothing; a command that was begun is waited for, whoever has left."""

    def __init__(self, shop: Shop, id: SessionId) -> None:
        self._shop = shop
        self._id = id

    async def run(self, command: str, most: int) -> Outcome:
        terminal.check_text(command)
        state = transitions.living(self._shop.roster.get(self._id))
        if isinstance(state, Suspended) and state.frozen:
            raise NotAtAPrompt("the session is frozen: `rdv session resume` lets it go on")
        pane = state.pane
        async with following(self._shop, self._id) as stream:
            shell, kind = await self._shell(pane, stream)
            nonce, began = secrets.token_hex(16), trio.current_time()
            with self._files(nonce) as files:
                await trio.to_thread.run_sync(_write, files, kind, command, nonce)
                place = place_of(self._shop.roster.get(self._id), pane)
                await terminal.type_at_once(self._shop.tmux, place, commands.line_for(kind, files))
                reading = Reading(nonce, most)
                await self._read(reading, stream, pane, shell)
            return self._outcome(reading, trio.current_time() - began)

    async def _shell(self, pane: Pane, stream: Stream) -> tuple[Process, Kind]:
        """The shell that has the terminal; one that has just begun is waited for."""
        with trio.move_on_after(SHELL_SECONDS):
            while True:
                process = foreground(pane)
                kind = _kind_of(process)
                if process is not None and kind is not None:
                    return process, kind
                if not _is_beginning(process, pane):
                    raise _refusal(process)
                with trio.move_on_after(A_MOMENT):  # no event tells that it became another program
                    await _next(stream)
        raise _refusal(foreground(pane))

    async def _read(self, reading: Reading, stream: Stream, pane: Pane, shell: Process) -> None:
        while reading.code is None:
            try:
                reading.feed(await stream.more())
            except Silence:
                reading.finish()
                return
            if self._seems_interrupted(reading, pane, shell):
                await self._catch_up(reading, stream, pane)
                if self._seems_interrupted(reading, pane, shell):
                    reading.finish()
                    return

    def _seems_interrupted(self, reading: Reading, pane: Pane, shell: Process) -> bool:
        """The shell has given up the command, and asks for the next one; or it was a program of
        the command that asked, and has ended meanwhile."""
        if reading.code is not None or not reading.has_begun:
            return False
        hint = reading.saw_prompt or (reading.saw_interrupt and shell.name in ("sh", "dash"))
        return hint and foreground(pane) == shell

    async def _catch_up(self, reading: Reading, stream: Stream, pane: Pane) -> None:
        """Read all that was printed before now. The log is behind what processes have done."""
        place = place_of(self._shop.roster.get(self._id), pane)
        with suppress(Problem):  # without tmux or recorder there is nothing more to be had
            for _ in range(ANSWERS_UNTIL_PIPED):
                await terminal.look(self._shop.tmux, place)
        end = await offset_now(self._shop, self._id)
        with suppress(Silence):
            while reading.code is None and stream.offset < end:
                reading.feed(await stream.more())

    def _outcome(self, reading: Reading, seconds: float) -> Outcome:
        code, was_interrupted = reading.code, False
        if code is None:
            end = exit_of(self._shop.roster.get(self._id))
            was_interrupted = end is None
            code = commands.INTERRUPTED if end is None else end.code
        return Outcome(code, reading.output, reading.is_truncated, was_interrupted, seconds)

    @contextmanager
    def _files(self, nonce: str) -> Generator[Files, None, None]:
        directory = self._shop.home(self._id).commands
        files = Files(directory / f"{nonce}.command", directory / nonce[:8])
        try:
            yield files
        finally:
            for file in files.both:
                file.unlink(missing_ok=True)


def foreground(pane: Pane) -> Process | None:
    """The process whose group has the terminal of this pane."""
    wrapper = look_at(pane.pid)
    if wrapper is None or wrapper.born != pane.born:
        return None
    return look_at(wrapper.foreground)


def _kind_of(process: Process | None) -> Kind | None:
    if process is None or process.pid != process.group:
        return None
    return commands.shell_of(process.name, command_of(process.pid))


def _is_beginning(process: Process | None, pane: Pane) -> bool:
    """A shell takes the terminal for itself; before that it has it together with its wrapper."""
    if process is None or process.pid != pane.pid:
        return False
    return all(
        is_wrapper(command) or commands.shell_of(Path(command[0]).name, command) is not None
        for child in children_of(pane.pid)
        if (command := command_of(child))
    )


def _refusal(process: Process | None) -> NotAtAPrompt:
    if process is None:
        return NotAtAPrompt("no shell has the terminal of this session")
    below = [found for pid in children_of(process.pid) if (found := look_at(pid))]
    # In front is our wrapper, or a program; the wrapper speaks for what it runs.
    named = below[0] if below and is_wrapper(command_of(process.pid)) else process
    return NotAtAPrompt(
        f"{named.name} has the terminal, and it is no shell that waits for a line: "
        "without `wait` the text is typed all the same",
        program=named.name,
    )


async def _next(stream: Stream) -> None:
    try:
        await stream.more()
    except Silence:
        raise NotAtAPrompt("the session has ended") from None


def _write(files: Files, kind: Kind, command: str, nonce: str) -> None:
    make_directory(files.command.parent)
    write_private(files.command, command.encode() + b"\n")
    write_private(files.around, commands.script_for(kind, files, nonce).encode())
