"""What happens to sessions, put on the event stream: a task for the tree."""

from typing import Any

import trio
from attrs import evolve

from actors import Lagged, Topic
from rdvd.events import Events

from .types import (
    Created,
    Ended,
    Left,
    Restarted,
    SessionFact,
    Updated,
    Vanished,
)
from .views import SessionShown, shown

BUFFER = 4_096
LONGEST_COMMAND = 1_000  # of what an event repeats of it

TYPES: dict[type[SessionFact], str] = {
    Created: "session.created",
    Updated: "session.updated",
    Ended: "session.ended",
    Restarted: "session.restarted",
    Left: "session.closed",
    Vanished: "session.vanished",
}


async def tell_of_sessions(
    events: Events,
    facts: Topic[SessionFact],
    *,
    stopping: trio.Event,
    task_status: trio.TaskStatus[Any] = trio.TASK_STATUS_IGNORED,
) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_tell, events, facts, task_status)
        await stopping.wait()
        nursery.cancel_scope.cancel()


async def _tell(
    events: Events, facts: Topic[SessionFact], task_status: trio.TaskStatus[Any]
) -> None:
    is_first = True
    while True:
        with facts.subscribe(BUFFER) as news:
            if is_first:
                task_status.started()
                is_first = False
            try:
                async for fact in news:
                    publish(events, fact)
            except Lagged:
                events.publish("facts.missed", {"topic": facts.name}, None)


def publish(events: Events, fact: SessionFact) -> None:
    session = fact.session
    data = {"session": brief(shown(session))}
    events.publish(TYPES[type(fact)], data, session.user, session=session.id)


def brief(view: SessionShown) -> SessionShown:
    """An event has a size; who wants all of a very long command asks for the session."""
    command, room = list[str](), LONGEST_COMMAND
    for argument in view.command:
        command.append(argument[: max(0, room)])
        room -= len(argument) + 1
        if room <= 0:
            break
    line = view.shell_command and view.shell_command[:LONGEST_COMMAND]
    return evolve(view, command=command, shell_command=line, environment_names=[])
