"""Idempotency-Key: asked twice, done once, answered the same.

What has begun and was not answered, because a deadline passed, a part crashed or the daemon died,
is in doubt: nobody knows how far it came. It is not done again; the client is told to look.
"""

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
        """The answer given before; or None, and then finish or doubt must follow.

        Conflict if the first is still in flight, is in doubt, or had another body.
        """
        ...

    async def finish(self, key: Key, answer: Answer) -> None: ...

    def doubt(self, key: Key) -> None:
        """It began and was not answered. Must not wait; it may be a cancellation that calls."""
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


def reused() -> Conflict:
    return Conflict("this Idempotency-Key was used for another request", code="KEY_REUSED")


def in_doubt() -> Conflict:
    return Conflict(
        "the first request with this key was cut off and may have been carried out, in whole or in "
        "part: look whether it was, and ask again with a new key if it was not",
        code="IN_DOUBT",
    )


@frozen
class _Kept:
    fingerprint: bytes
    since_ms: int
    answer: Answer | None = None  # None: in flight, or in doubt

    @property
    def size(self) -> int:
        return len(self.answer.body) if self.answer else 0


class AnswersInMemory:
    """At most `limit` entries and `byte_limit` bytes of answers, the oldest go first.

    What is in flight is never dropped: it would be done twice.
    """

    def __init__(self, limit: int = 10_000, byte_limit: int = 16 * 1024 * 1024) -> None:
        self._limit = limit
        self._byte_limit = byte_limit
        self._in_flight: dict[Key, _Kept] = {}
        self._ended: OrderedDict[Key, _Kept] = OrderedDict()
        self._bytes = 0

    async def begin(self, key: Key, fingerprint: bytes) -> Answer | None:
        self._drop_expired()
        kept = self._in_flight.get(key) or self._ended.get(key)
        if kept is None:
            if len(self._in_flight) >= self._limit:
                raise Limited("too many requests with an Idempotency-Key at once", retry_after=1)
            self._in_flight[key] = _Kept(fingerprint, now_ms())
            return None
        if kept.fingerprint != fingerprint:
            raise reused()
        if key in self._in_flight:
            raise Conflict("the first request with this key is in flight", code="KEY_IN_FLIGHT")
        if kept.answer is None:
            raise in_doubt()
        return kept.answer

    async def finish(self, key: Key, answer: Answer) -> None:
        self._end(key, answer)

    def doubt(self, key: Key) -> None:
        if key in self._in_flight:
            self._end(key, None)

    def release(self, key: Key) -> None:
        """It has not begun after all: the next attempt is the first."""
        self._in_flight.pop(key, None)

    def _end(self, key: Key, answer: Answer | None) -> None:
        began = self._in_flight.pop(key)
        self._ended[key] = ended = _Kept(began.fingerprint, now_ms(), answer)
        self._bytes += ended.size
        while len(self._ended) > self._limit or self._bytes > self._byte_limit:
            self._drop_oldest()

    def _drop_expired(self) -> None:
        expired = now_ms() - KEPT_FOR_MS
        while self._ended and next(iter(self._ended.values())).since_ms <= expired:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        _, dropped = self._ended.popitem(last=False)
        self._bytes -= dropped.size
