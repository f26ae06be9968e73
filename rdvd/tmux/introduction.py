"""The first exchange on a new connection: configure, ask who it is, end the gateway before us."""

from contextlib import closing
from pathlib import Path

from .client import Suspects
from .connection import Connection
from .greeting import (
    ABILITIES,
    CLIENTS,
    COUNT,
    DISPENSABLE,
    WHO,
    Hello,
    configuration,
    control_clients,
    count_sessions,
    read_hello,
)
from .protocol import Block
from .quoting import Command, command_line
from .types import Lines, TmuxMisunderstood, refusal


async def introduce(connection: Connection, own_pid: int, path: Path, history_limit: int) -> Hello:
    options = configuration(history_limit)
    answers = await connection.ask([*map(command_line, (*options, WHO, ABILITIES, CLIENTS))])
    for option, answer in zip(options, answers, strict=False):
        if DISPENSABLE.isdisjoint(option):
            _accepted(answer)
    who, abilities, clients = map(_accepted, answers[len(options) :])
    hello = read_hello(who, abilities)
    if (missing := hello.abilities.missing()) is not None:
        raise TmuxMisunderstood(missing)
    await _end_former(connection, control_clients(clients) - {own_pid}, path)
    return hello


async def count(connection: Connection) -> int:
    return count_sessions(await _ask(connection, COUNT))


async def _end_former(connection: Connection, pids: set[int], path: Path) -> None:
    """A stale one can stop the program it shows, and keep a server from ending."""
    if not pids:
        return
    with closing(Suspects(pids, path)) as suspects:
        suspects.kill(control_clients(await _ask(connection, CLIENTS)))


async def _ask(connection: Connection, command: Command) -> Lines:
    (answer,) = await connection.ask((command_line(command),))
    return _accepted(answer)


def _accepted(answer: Block) -> Lines:
    if answer.is_error:
        raise refusal(answer.lines)
    return answer.lines
