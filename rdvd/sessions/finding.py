"""What is known of a tmux session that somebody else has begun: enough to begin it again."""

import os
from collections.abc import Sequence
from contextlib import suppress

import trio
from attrs import frozen

from rdvd.ground.errors import Problem
from rdvd.tmux import Tmux, exactly

from .ending import wait_for_end
from .homes import is_wrapper
from .processes import Process, command_of, environment_of, look_at
from .types import Program

OURS = ("RDV_", "TMUX")  # what every pane gets anew
BIRTH_SECONDS, LOOK_AGAIN = 1.0, 0.005
BEFORE_COMMAND = 4  # sh, our wrapper, its directory, the dye


@frozen
class Found:
    """`directory` is where it was begun, or "" if tmux does not know."""

    program: Program
    directory: str


async def find(tmux: Tmux, server: int, name: str, pid: int) -> Found:
    """Its first process, as /proc shows it now; and what tmux was told for it."""
    names = await _names_of_variables(tmux, server, name)
    await _until_it_is_a_program(pid)
    told = dict(_variables_in(environment_of(pid)))
    environment = {each: told[each] for each in names if each in told}
    program = Program(arguments=program_in(command_of(pid), _file_of(pid)), environment=environment)
    return Found(program, await _first_directory(tmux, server, name))


async def _until_it_is_a_program(pid: int) -> None:
    """tmux tells of a pane once it has forked, and for a moment that fork is tmux itself."""
    with trio.move_on_after(BIRTH_SECONDS):
        while (process := look_at(pid)) is not None and is_only_a_fork(process):
            with trio.move_on_after(LOOK_AGAIN):  # no event tells that it became another program
                await wait_for_end(pid, process.born)


def is_only_a_fork(process: Process) -> bool:
    """Nothing else than its parent yet: each program that is executed has a place of its own."""
    parent = look_at(process.parent)
    return parent is not None and parent.image == process.image


async def _names_of_variables(tmux: Tmux, server: int, name: str) -> list[str]:
    """Those that were given to this session alone; values tell themselves apart only in /proc."""
    try:
        told = await tmux.run(server, "show-environment", "-t", exactly(name))
    except Problem:
        return []
    names = (os.fsdecode(line).partition("=")[0] for line in told if b"=" in line)
    return [each for each in names if not each.startswith(OURS)]


async def _first_directory(tmux: Tmux, server: int, name: str) -> str:
    form = "#{pane_start_path}"
    with suppress(Problem):
        return os.fsdecode(
            b"\n".join(await tmux.run(server, "list-panes", "-t", exactly(name), "-F", form))
        )
    return ""


def program_in(command: Sequence[str], file: str) -> tuple[str, ...]:
    """What to execute to have it again. A login shell is called by a name that no file has."""
    if is_wrapper(command):
        return tuple(command[BEFORE_COMMAND:])
    if command and command[0].startswith("-"):
        return (file or command[0][1:], "-l", *command[1:])
    return tuple(command)


def _variables_in(environment: bytes) -> list[tuple[str, str]]:
    pairs = (os.fsdecode(each).partition("=") for each in environment.split(b"\0"))
    return [(name, value) for name, equals, value in pairs if equals]


def _file_of(pid: int) -> str:
    with suppress(OSError):
        return os.readlink(f"/proc/{pid}/exe")  # noqa: PTH115 - a name, perhaps of no file any more
    return ""
