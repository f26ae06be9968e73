"""The check before each request, and the count of failures after one."""

from collections.abc import Callable, Mapping

import trio

from rdvd.ground.errors import BadInput

from .back_off import CLEAN, Record, fail
from .bucket import take
from .ledger import Ledger
from .types import CATEGORIES, Category, LimitSettings, TooOften

NEVER = float("-inf")


class Guard:
    """Counts by key: a token's id, or the peer when there is none. Waits for nothing."""

    def __init__(
        self, settings: LimitSettings, *, clock: Callable[[], float] = trio.current_time
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._buckets: Mapping[Category, Ledger[float]] = {
            category: Ledger(settings.most_keys, NEVER, _is_full) for category in CATEGORIES
        }
        self._failures: Ledger[Record] = Ledger(settings.most_keys, CLEAN, self._is_forgotten)
        self.rejections: dict[Category, int] = dict.fromkeys(CATEGORIES, 0)  # for the metrics

    def take(self, settings: LimitSettings) -> None:
        """From now on. Nobody gets a fresh budget by it: what was used stays used."""
        self._settings = settings

    def check(self, key: str, category: Category) -> dict[str, str]:
        """Count one request. The headers for its answer, or `TooOften`."""
        rate, now, ledger = self._settings.rate(category), self._clock(), self._buckets[category]
        answer = take(ledger.get(key, now), now, rate)
        headers = answer.headers(rate)
        if not answer.is_allowed:
            raise self._reject(category, answer.retry_after, headers)
        ledger.put(key, answer.full_at, now)
        return headers

    def check_failures(self, key: str) -> None:
        """Raise `TooOften` while this key is locked for its failures."""
        now = self._clock()
        wait = self._failures.get(key, now).locked_until - now
        if wait > 0:
            raise self._reject_failure(wait)

    def failed(self, key: str) -> None:
        """Count a failed authentication. Raises `TooOften` if that was one too many."""
        now, rate = self._clock(), self._settings.auth_failure
        self.check_failures(key)
        record = fail(self._failures.get(key, now), now, rate, self._settings.longest_back_off)
        self._failures.put(key, record, now)
        self.check_failures(key)

    def _is_forgotten(self, record: Record, now: float) -> bool:
        return record.is_forgotten(now, self._settings.longest_back_off)

    def _reject_failure(self, wait: float) -> TooOften:
        rate = self._settings.auth_failure
        seconds = str(max(1, -int(-wait // 1)))
        headers = {
            "RateLimit-Limit": str(rate.limit),
            "RateLimit-Remaining": "0",
            "RateLimit-Reset": seconds,
            "Retry-After": seconds,
        }
        return self._reject("auth_failure", wait, headers)

    def _reject(self, category: Category, wait: float, headers: dict[str, str]) -> TooOften:
        self.rejections[category] += 1
        words = category.replace("_", " ")
        detail = f"too many requests ({words}): try again in {max(1, round(wait))} s"
        return TooOften(detail, retry_after=wait, headers=headers)


def category_of(word: str) -> Category:
    """The category that a route names."""
    for category in CATEGORIES:
        if category == word:
            return category
    raise BadInput(f"there is no rate category {word}: {', '.join(CATEGORIES)}")


def _is_full(full_at: float, now: float) -> bool:
    return full_at <= now
