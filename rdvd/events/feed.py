"""Events: numbers every fact, keeps the last ones, tells who listens. It waits for nothing."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any, TypeAlias

from rdvd.ground.clock import now_ms
from rdvd.ground.ids import new_id
from rdvd.ground.json import encode
from rdvd.identity import Principal, SessionId, UserId

from .catalogue import FACTS
from .types import Event, Fact, Line
from .window import Window

LARGEST_FACT = 64 * 1024

Tell: TypeAlias = Callable[[Fact], None]
Waiting: TypeAlias = Callable[[], int]
Look: TypeAlias = Callable[[Principal], Mapping[str, Any]]


def see_nothing(_principal: Principal) -> Mapping[str, Any]:
    return {}


def nothing_waits() -> int:
    return 0


class Events:
    """A plain object: it lives in no task, and only the loop's own thread touches it.

    `look` is the present state of things, as this principal may see it.
    """

    def __init__(
        self,
        look: Look = see_nothing,
        *,
        window: Window | None = None,
        today: Callable[[], int] = now_ms,
    ) -> None:
        self.stream = new_id()
        self.look = look
        self._window = window or Window()
        self._today = today
        self._listeners: dict[Tell, Waiting] = {}

    @property
    def latest(self) -> int:
        return self._window.latest

    @property
    def oldest(self) -> int:
        """Whoever resumes from here gets all that is kept."""
        return self._window.gone

    @property
    def lags(self) -> list[int]:
        """How many events wait to be sent, of each who listens."""
        return [waiting() for waiting in self._listeners.values()]

    def publish(
        self,
        type: str,  # noqa: A002 - the member's own name
        data: Mapping[str, Any],
        audience: UserId | None,
        *,
        session: SessionId | None = None,
        public: bool = False,
    ) -> Event:
        """Tell it to everybody who listens and may see it. No audience: the owner alone.

        `session` is the one session that may see it beside its user.
        """
        if type not in FACTS or set(data) != set(FACTS[type].members):
            raise ValueError(f"no such event in events/catalogue.py: {type} of {sorted(data)}")
        event = Event(self.latest + 1, self._today(), type, dict(data))
        line = write(event)
        if line.size > LARGEST_FACT:
            raise ValueError(f"{type}: a fact has at most {LARGEST_FACT} bytes, not {line.size}")
        fact = Fact(event, line, audience, session, public)
        self._window.add(fact)
        for tell in list(self._listeners):
            tell(fact)
        return event

    @contextmanager
    def listening(
        self, tell: Tell, waiting: Waiting = nothing_waits
    ) -> Generator[None, None, None]:
        self._listeners[tell] = waiting
        try:
            yield
        finally:
            del self._listeners[tell]

    def since(self, stream: str | None, seq: int) -> list[Fact] | None:
        """What came after this position; None if that can no longer be told."""
        return self._window.after(seq) if stream == self.stream else None

    def notice(self, type: str, seq: int, data: Mapping[str, Any]) -> Line:  # noqa: A002 - as above
        """What the stream says of itself, to one client."""
        return write(Event(seq, self._today(), type, data))


def write(event: Event) -> Line:
    data = encode(event)
    return Line(data.decode(), len(data))
