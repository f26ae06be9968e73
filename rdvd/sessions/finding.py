"""What is known of a tmux session that somebody else has begun: enough to begin it again."""

import os
from collections.abc import Sequence
from contextlib import suppress

from attrs import frozen

from rdvd.ground.errors import Problem
from rdvd.tmux import Tmux, exactly

from .homes import is_wrapper
from .processes import command_of, environment_of
from .types import Program

OURS = ("RDV_", "TMUX")  # what every pane gets anew
BEFORE_COMMAND = 4  # sh, our wrapper, its directory, the dye


@frozen
class Found:
    """`directory` is where it was begun, or "" if tmux does not know."""

    program: Program
    directory: str


async def find(tmux: Tmux, server: int, name: str, pid: int) -> Found:
    """Its first process, as /proc shows it now; and what tmux was told for it."""
    names = await _names_of_variables(tmux, server, name)
    told = dict(_variables_in(environment_of(pid)))
    environment = {each: told[each] for each in names if each in told}
    program = Program(arguments=program_in(command_of(pid), _file_of(pid)), environment=environment)
    return Found(program, await _first_directory(tmux, server, name))


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
