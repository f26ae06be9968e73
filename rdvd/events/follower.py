"""One client's subscription: what it gets, in which order. It waits for nothing."""

from collections.abc import Callable

from rdvd.ground.errors import BadInput
from rdvd.ground.json import decode
from rdvd.identity import Principal
from rdvd.streams import Farewell

from .feed import Events
from .outbox import Outbox
from .sight import may_see
from .types import TOO_SLOW, Fact, Line, Subscribe

HEARTBEAT_SECONDS = 15
MOST_ERRORS = 3


class Follower:
    """Ends a reader that is too slow through `end`, one that makes no sense by its outbox."""

    def __init__(
        self,
        events: Events,
        principal: Principal,
        outbox: Outbox,
        end: Callable[[Farewell], None],
    ) -> None:
        self._events = events
        self._principal = principal
        self._outbox = outbox
        self._end = end
        self._prefixes: tuple[str, ...] | None = None  # nothing is subscribed yet
        self._errors = 0

    def greet(self) -> None:
        stream, oldest = self._events.stream, self._events.oldest
        self._note("hello", stream=stream, oldest=oldest, heartbeat_seconds=HEARTBEAT_SECONDS)

    def tell(self, fact: Fact) -> None:
        if self._wants(fact):
            self._push(fact.line)

    def beat(self) -> None:
        self._note("heartbeat")

    def hear(self, message: str | bytes) -> None:
        """A client's message. The third one that makes no sense is the last."""
        try:
            if isinstance(message, bytes):
                raise BadInput("send text, not binary messages")
            self.subscribe(decode(message.encode(), Subscribe))
        except BadInput as problem:
            self._complain(problem.detail)

    def subscribe(self, order: Subscribe) -> None:
        """From here on: the missed facts, or how things are now; then every fact as it comes."""
        self._prefixes = tuple(order.types) or ("",)
        seq, missed = order.resume, None
        if seq is not None:
            missed = self._events.since(order.stream, seq)
        if seq is None or missed is None:
            self._outbox.begin_anew([self._snapshot(gap=seq is not None)])
            return
        lines = [fact.line for fact in missed if self._wants(fact)]
        resumed = self._events.notice("resumed", seq, {"missed": len(lines)})
        self._outbox.begin_anew([resumed, *lines])

    def _complain(self, detail: str) -> None:
        self._errors += 1
        left = MOST_ERRORS - self._errors
        error = self._events.notice("error", self._events.latest, {"detail": detail, "left": left})
        if left:
            self._push(error)
        else:
            self._outbox.end_with(error)

    def _snapshot(self, *, gap: bool) -> Line:
        data = {"gap": gap, "state": self._events.look(self._principal)}
        return self._events.notice("snapshot", self._events.latest, data)

    def _wants(self, fact: Fact) -> bool:
        prefixes = self._prefixes
        is_chosen = prefixes is not None and fact.event.type.startswith(prefixes)
        return is_chosen and may_see(self._principal, fact)

    def _note(self, type: str, **data: object) -> None:  # noqa: A002 - the member's own name
        self._push(self._events.notice(type, self._events.latest, data))

    def _push(self, line: Line) -> None:
        if not self._outbox.push(line):
            self._end(TOO_SLOW)
