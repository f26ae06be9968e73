"""What a tmux server can be to us, each with what exists then."""

from attrs import frozen

from .connection import Connection
from .greeting import Hello
from .types import Condition


@frozen(eq=False)
class Absent:
    reason: str


@frozen(eq=False)
class Connecting:
    pass


@frozen(eq=False)
class Ready:
    connection: Connection
    hello: Hello


@frozen(eq=False)
class Silent:
    """It holds its socket and does not talk to us; we go on trying."""

    reason: str


State = Absent | Connecting | Ready | Silent


def condition_of(state: State) -> Condition:
    match state:
        case Absent():
            return "absent"
        case Connecting():
            return "connecting"
        case Ready():
            return "ready"
        case Silent():
            return "silent"
