"""What happens to sessions, put on the event stream: a task for the tree."""

from functools import partial

from attrs import evolve

from rdvd.events import Events, tell

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

LONGEST_COMMAND = 1_000  # of what an event repeats of it

TYPES: dict[type[SessionFact], str] = {
    Created: "session.created",
    Updated: "session.updated",
    Ended: "session.ended",
    Restarted: "session.restarted",
    Left: "session.closed",
    Vanished: "session.vanished",
}


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


tell_of_sessions = partial(tell, publish)
