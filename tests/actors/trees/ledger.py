"""What was seen while a script was played: lives, messages, log records, and complaints."""

import logging

import trio
from attrs import Factory, define, frozen


class Fall(Exception):
    """What the players fall over."""


@frozen
class Seen:
    """A life entered, came up, left, or was gone."""

    kind: str
    name: str
    life: int
    at: float


@frozen
class Record:
    """A record on the kit's logger; `name` is the last part of its place."""

    event: str
    name: str
    at: float
    delay: float = 0


@define(eq=False)
class Lived:
    """One life of a place, as the player itself tells it."""

    name: str
    number: int
    state: str = "entering"
    fate: str | None = None  # what it did to end itself, if it did
    is_dismissed: bool = False
    errands: int = 0
    levers: list[trio.CancelScope] = Factory(list[trio.CancelScope])


@define(eq=False)
class Message:
    """A call or a cast from its sending to its end."""

    number: int
    sender: str
    place: str
    is_cast: bool
    begun: int = 0
    done: str | None = None
    outcomes: list[str] = Factory(list[str])

    def __str__(self) -> str:
        kind = "cast" if self.is_cast else "call"
        return f"{kind} {self.number} of {self.sender} to {self.place}"


@define
class Ledger:
    """Everything seen; the checks read it when all is over."""

    seen: list[Seen] = Factory(list[Seen])
    lives: list[Lived] = Factory(list[Lived])
    messages: list[Message] = Factory(list[Message])
    begun: list[Message] = Factory(list[Message])
    records: list[Record] = Factory(list[Record])
    complaints: list[str] = Factory(list[str])
    wishes: list[str] = Factory(list[str])
    restarts: dict[str, int] = Factory(dict[str, int])
    outcome: str = "never ended"

    def message(self, sender: str, place: str, *, is_cast: bool) -> Message:
        self.messages.append(Message(len(self.messages), sender, place, is_cast))
        return self.messages[-1]

    def complain(self, what: str) -> None:
        self.complaints.append(f"at {trio.current_time():g}: {what}")


class Listener(logging.Handler):
    """Writes the kit's records into the ledger, and keeps them from everybody else."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(logging.INFO)
        self._ledger = ledger
        self._log = logging.getLogger("actors")

    def emit(self, record: logging.LogRecord) -> None:
        facts = vars(record)
        name = str(facts["place"]).rpartition("/")[2]
        seen = Record(record.msg, name, trio.current_time(), facts.get("delay", 0))
        self._ledger.records.append(seen)

    def __enter__(self) -> None:
        self._was = (self._log.level, self._log.propagate)
        self._log.setLevel(logging.INFO)
        self._log.propagate = False
        self._log.addHandler(self)

    def __exit__(self, *_: object) -> None:
        self._log.removeHandler(self)
        self._log.level, self._log.propagate = self._was
        self._log.setLevel(self._was[0])
