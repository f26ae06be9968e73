"""Idempotency-Key: asked twice, done once, answered the same."""

from collections import OrderedDict
from hashlib import blake2b
from typing import Protocol

from attrs import frozen

from rdvd.ground.answers import Answer
from rdvd.ground.clock import now_ms
from rdvd.ground.errors import BadInput, Conflict, Limited

KEPT_FOR_MS = 24 * 60 * 60 * 1000
LONGEST_KEY = 255
REPLAYED = {"Idempotency-Replayed": "true"}


@frozen
class Key:
    """One client's key for one operation; another's equal key is another key."""

    principal: str
    operation: str
    key: str


class KeptAnswers(Protocol):
    """Where answers are kept. `fingerprint` stands for the request's body."""

    async def begin(self, key: Key, fingerprint: bytes) -> Answer | None:
        """The answer given before; or None, and then finish or forget must follow.

        Conflict if the first is still in flight, or if it had another body.
        """
        ...

    async def finish(self, key: Key, answer: Answer) -> None: ...

    def forget(self, key: Key) -> None:
        """Nothing was answered: the next attempt is the first. Must not wait; it may be a
        cancellation that calls."""
        ...


def read_key(text: str) -> str:
    if not 0 < len(text) <= LONGEST_KEY or not text.isascii() or not text.isprintable():
        raise BadInput(f"Idempotency-Key: 1 to {LONGEST_KEY} printable ASCII characters")
    return text


def fingerprint_of(target: str, body: bytes) -> bytes:
    """The target too: one key for two objects is a mistake of the client."""
    digest = blake2b(target.encode(), digest_size=16)
    digest.update(b"\0" + body)
    return digest.digest()


@frozen
class _Kept:
    fingerprint: bytes
    began_ms: int
    answer: Answer | None = None  # None: in flight


class AnswersInMemory:
    """At most `limit` entries and `byte_limit` bytes of answers, the oldest go first.

    What is in flight is never dropped: it would be done twice.
    """

    def __init__(self, limit: int = 10_000, byte_limit: int = 16 * 1024 * 1024) -> None:
        self._limit = limit
        self._byte_limit = byte_limit
        self._in_flight: dict[Key, _Kept] = {}
        self._answered: OrderedDict[Key, _Kept] = OrderedDict()
        self._bytes = 0

    async def begin(self, key: Key, fingerprint: bytes) -> Answer | None:
        self._drop_expired()
        kept = self._in_flight.get(key) or self._answered.get(key)
        if kept is None:
            if len(self._in_flight) >= self._limit:
                raise Limited("too many requests with an Idempotency-Key at once", retry_after=1)
            self._in_flight[key] = _Kept(fingerprint, now_ms())
            return None
        if kept.fingerprint != fingerprint:
            raise Conflict("this Idempotency-Key was used for another request", code="KEY_REUSED")
        if kept.answer is None:
            raise Conflict("the first request with this key is in flight", code="KEY_IN_FLIGHT")
        return kept.answer

    async def finish(self, key: Key, answer: Answer) -> None:
        began = self._in_flight.pop(key)
        self._answered[key] = _Kept(began.fingerprint, now_ms(), answer)
        self._bytes += len(answer.body)
        while len(self._answered) > self._limit or self._bytes > self._byte_limit:
            self._drop_oldest()

    def forget(self, key: Key) -> None:
        self._in_flight.pop(key, None)

    def _drop_expired(self) -> None:
        expired = now_ms() - KEPT_FOR_MS
        while self._answered and next(iter(self._answered.values())).began_ms <= expired:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        _, dropped = self._answered.popitem(last=False)
        self._bytes -= len(dropped.answer.body) if dropped.answer else 0
