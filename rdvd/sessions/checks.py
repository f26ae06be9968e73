"""What of an order for a session cannot be: said at once and clearly, before anything is made."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from rdvd.ground.errors import BadInput
from rdvd.ground.names import check_name
from rdvd.preferences import MOST_VARIABLES, check_text, check_variable

from .types import FEWEST_COLUMNS, FEWEST_ROWS, MOST_COLUMNS, MOST_ROWS, Order, Program, Size

MOST_ARGUMENTS = 4_096
MOST_BYTES = 1_048_576
NAMED_KEYS = (
    "Enter|Escape|Space|Tab|BTab|BSpace|Up|Down|Left|Right|Home|End|IC|DC|Insert|Delete|NPage|"
    "PageDown|PgDn|PPage|PageUp|PgUp|F[1-9]|F1[0-2]"
)
KEY = re.compile(rf"(?:[CMS]-){{0,3}}(?:{NAMED_KEYS}|[!-~])")


def check_order(order: Order) -> None:
    """Everything that can be judged without looking at the machine."""
    check_name(order.name)
    if order.size is not None:
        check_size(order.size)
    check_program(order.program)


def check_size(size: Size) -> Size:
    fits = FEWEST_COLUMNS <= size.columns <= MOST_COLUMNS and FEWEST_ROWS <= size.rows <= MOST_ROWS
    if not fits:
        raise BadInput(
            f"a terminal has {FEWEST_COLUMNS} to {MOST_COLUMNS} columns"
            f" and {FEWEST_ROWS} to {MOST_ROWS} rows"
        )
    return size


def check_program(program: Program) -> None:
    if program.line is not None and program.arguments:
        raise BadInput("give shell_command or command, not both")
    if program.line is not None:
        check_text(program.line, "shell_command")
    if len(program.arguments) > MOST_ARGUMENTS:
        raise BadInput(f"command: {MOST_ARGUMENTS} arguments at most")
    for argument in program.arguments:
        check_text(argument, "command")
    if program.arguments and not program.arguments[0]:
        raise BadInput("command: its first member names a program")
    if sum(len(os.fsencode(each)) for each in program.arguments) > MOST_BYTES:
        raise BadInput(f"command: {MOST_BYTES} bytes at most")
    check_environment(program.environment)


def check_environment(environment: Mapping[str, str]) -> None:
    """Errors name the variable and never its value, which may be a key."""
    if len(environment) > MOST_VARIABLES:
        raise BadInput(f"environment: {MOST_VARIABLES} variables at most")
    for name, value in environment.items():
        check_variable(name, value)


def check_directory(directory: str) -> str:
    """The directory as it is; tmux would silently take another for one that is not there."""
    path = Path(directory)
    if "\0" in directory or not path.is_absolute():
        raise BadInput("project_path: an absolute path is needed", path=directory)
    try:
        is_directory = path.is_dir()
        is_there = is_directory or path.exists()
    except OSError as error:
        raise _unusable(directory, error.strerror or str(error)) from error
    if not is_there:
        raise _unusable(directory, "there is no such directory")
    if not is_directory:
        raise _unusable(directory, "it is not a directory")
    if not os.access(path, os.R_OK | os.X_OK):
        raise _unusable(directory, "we may not enter it")
    return directory


def check_keys(keys: Sequence[str]) -> tuple[str, ...]:
    """Names that tmux knows, or single characters: anything else tmux would type as text."""
    for key in keys:
        if not KEY.fullmatch(key) and not (len(key) == 1 and key.isprintable()):
            raise BadInput(
                f"{key[:40]!r} is no key: Enter, Escape, Up, F1, C-c, M-x, or one letter"
            )
    return tuple(keys)


def _unusable(directory: str, why: str) -> BadInput:
    return BadInput(f"project_path {directory!r}: {why}", code="BAD_DIRECTORY", path=directory)
