"""All good tokens, held in memory by what they are recognised by. Pure: it is told the time.

A life is bounded by two clocks: the calendar, and the clock that nobody can set. Whichever ends
first ends the token, so turning the calendar back gives no token a longer life.
"""

from collections.abc import Iterable
from math import inf

from attrs import evolve, field, frozen

from .tokens import is_same
from .types import SessionId, Ticket, Token, TokenId, TokenKind, UserId, tokens_behind

MOST_TICKETS = 1_000


@frozen
class Moment:
    """Now, by both clocks: milliseconds since the epoch, and seconds since whenever."""

    date: int
    steady: float


@frozen
class _Held:
    token: Token
    digest: bytes = field(repr=False)
    ends: float  # by the steady clock

    def is_over(self, now: Moment) -> bool:
        by_date = self.token.expires is not None and self.token.expires <= now.date
        return by_date or self.ends <= now.steady


class Keyring:
    """The tokens that open something now, and the tickets not yet used."""

    def __init__(self) -> None:
        self._by_id: dict[TokenId, _Held] = {}
        self._by_digest: dict[bytes, _Held] = {}
        self._tickets: dict[bytes, tuple[Ticket, float]] = {}
        self._uses: dict[TokenId, int] = {}

    def hold(self, token: Token, digest: bytes, now: Moment) -> None:
        """Take a token in, or what is newly known of it."""
        left = inf if token.expires is None else (token.expires - now.date) / 1000
        held = _Held(token, digest, now.steady + left)
        self._by_id[token.id] = self._by_digest[digest] = held

    def set_expiry(self, id: TokenId, expires: int, now: Moment) -> None:
        held = self._by_id[id]
        self.hold(evolve(held.token, expires=expires), held.digest, now)

    def find(self, digest: bytes, now: Moment) -> Token | None:
        held = self._by_digest.get(digest)
        # The dictionary has found it already; the comparison costs nothing and is in constant time.
        if held is None or not is_same(held.digest, digest) or held.is_over(now):
            return None
        return held.token

    def get(self, id: TokenId, now: Moment) -> Token | None:
        held = self._by_id.get(id)
        return None if held is None or held.is_over(now) else self._with_its_use(held.token)

    def all(self, now: Moment) -> list[Token]:
        """Every good token, oldest first."""
        good = (held.token for held in self._by_id.values() if not held.is_over(now))
        return _oldest_first(map(self._with_its_use, good))

    def of_kind(self, kind: TokenKind, now: Moment) -> list[Token]:
        held = (held for held in self._by_id.values() if held.token.kind == kind)
        return _oldest_first(each.token for each in held if not each.is_over(now))

    def count(self, user: UserId, kind: TokenKind) -> int:
        held = (held.token for held in self._by_id.values())
        return sum(1 for token in held if (token.user, token.kind) == (user, kind))

    def of_session(self, session: SessionId, now: Moment) -> list[Token]:
        return [token for token in self.of_kind("ses", now) if token.subject == session]

    def drop(self, ids: Iterable[TokenId]) -> list[TokenId]:
        """Forget these and the tickets that hang on them. Returns those that were there."""
        gone = [self._by_id.pop(id) for id in set(ids) if id in self._by_id]
        dropped = {held.token.id for held in gone}
        for held in gone:
            del self._by_digest[held.digest]
            self._uses.pop(held.token.id, None)
        orphans = [key for key, (ticket, _) in self._tickets.items() if _hangs(ticket, dropped)]
        for key in orphans:
            del self._tickets[key]
        return sorted(dropped)

    def drop_over(self, now: Moment) -> list[TokenId]:
        return self.drop([id for id, held in self._by_id.items() if held.is_over(now)])

    def next_end(self) -> float:
        """When the next token ends, by the steady clock."""
        return min((held.ends for held in self._by_id.values()), default=inf)

    def note_use(self, id: TokenId, date: int) -> None:
        if id in self._by_id:
            self._uses[id] = date

    def take_uses(self) -> list[tuple[TokenId, int]]:
        """The uses not yet written. They count as written from here on."""
        uses, self._uses = list(self._uses.items()), {}
        for id, date in uses:
            held = self._by_id[id]
            seen = evolve(held, token=evolve(held.token, last_used=date))
            self._by_id[id] = self._by_digest[held.digest] = seen
        return uses

    @property
    def has_uses(self) -> bool:
        return bool(self._uses)

    def hold_ticket(self, ticket: Ticket, digest: bytes, ends: float) -> bool:
        """False if there are too many unused ones: nothing was taken in."""
        if len(self._tickets) >= MOST_TICKETS:
            return False
        self._tickets[digest] = (ticket, ends)
        return True

    def use_ticket(self, digest: bytes, now: Moment) -> Ticket | None:
        """Give it out once."""
        ticket, ends = self._tickets.pop(digest, (None, now.steady))
        return ticket if ends > now.steady else None

    def drop_old_tickets(self, now: Moment) -> None:
        old = [digest for digest, (_, ends) in self._tickets.items() if ends <= now.steady]
        for digest in old:
            del self._tickets[digest]

    def _with_its_use(self, token: Token) -> Token:
        return evolve(token, last_used=self._uses.get(token.id, token.last_used))


def _oldest_first(tokens: Iterable[Token]) -> list[Token]:
    return sorted(tokens, key=lambda token: (token.created, token.id))


def _hangs(ticket: Ticket, dropped: set[TokenId]) -> bool:
    return not dropped.isdisjoint(tokens_behind(ticket))
