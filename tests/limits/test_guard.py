from collections.abc import Callable

import pytest
import trio
from attrs import define
from hypothesis import given
from hypothesis import strategies as st

from rdvd.ground.errors import BadInput, Limited
from rdvd.ground.peer import Peer
from rdvd.identity import (
    Caller,
    Inside,
    Outside,
    Owner,
    Session,
    SessionId,
    Ticket,
    TokenId,
    TokenUser,
    Unknown,
    UserId,
)
from rdvd.limits import Category, Guard, LimitSettings, Rate, TooOften, category_of, key_of


@define
class Clock:
    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


def count(attempt: Callable[[], object], most: int = 5_000) -> int:
    """How often it goes through at once."""
    for number in range(most):
        try:
            attempt()
        except TooOften:
            return number
    return most


@pytest.mark.parametrize(
    ("category", "per_minute"),
    [("read", 3_000), ("write", 300), ("exec", 60), ("agent_event", 600), ("auth_failure", 5)],
)
def test_the_defaults_are_those_decided(category: Category, per_minute: int):
    guard = Guard(LimitSettings(), clock=Clock())

    assert per_minute == count(lambda: guard.check("k", category))
    assert {category: 1} == {name: n for name, n in guard.rejections.items() if n}


def test_keys_and_categories_are_counted_apart():
    guard = Guard(LimitSettings(write=Rate(1)), clock=Clock())
    guard.check("a", "write")

    guard.check("b", "write")
    guard.check("a", "read")
    with pytest.raises(Limited) as caught:
        guard.check("a", "write")
    assert 60 == caught.value.retry_after


def test_a_refusal_carries_the_headers_and_the_wait():
    guard = Guard(LimitSettings(exec=Rate(1, 10)), clock=Clock())
    assert "0" == guard.check("k", "exec")["RateLimit-Remaining"]
    with pytest.raises(TooOften, match="exec") as caught:
        guard.check("k", "exec")
    assert ("10", 429) == (caught.value.headers["Retry-After"], caught.value.status)


@pytest.mark.parametrize("limit", [1, 10, 1_000])
def test_another_rate_holds_at_once_and_is_no_fresh_budget(limit: int):
    clock = Clock()
    guard = Guard(LimitSettings(write=Rate(10)), clock=clock)
    assert 10 == count(lambda: guard.check("k", "write"))

    guard.take(LimitSettings(write=Rate(limit)))

    assert 0 == count(lambda: guard.check("k", "write"))
    assert limit == count(lambda: guard.check("somebody new", "write"))
    clock.now += 60
    assert limit == count(lambda: guard.check("k", "write"))


async def test_its_clock_is_that_of_trio(autojump_clock: trio.abc.Clock):
    guard = Guard(LimitSettings(exec=Rate(1)))
    guard.check("k", "exec")
    await trio.sleep(59.9)
    with pytest.raises(TooOften):
        guard.check("k", "exec")
    await trio.sleep(0.2)
    guard.check("k", "exec")


def waits_of(guard: Guard, clock: Clock, failures: int) -> list[float]:
    """How long each failure locks out whoever comes back as soon as it may."""
    waits: list[float] = []
    for _ in range(failures):
        try:
            guard.failed("k")
        except TooOften as refusal:
            waits.append(refusal.retry_after)
            clock.now += refusal.retry_after
        else:
            waits.append(0)
    return waits


def test_after_five_failures_the_wait_doubles_up_to_five_minutes():
    clock = Clock()

    waits = waits_of(Guard(LimitSettings(), clock=clock), clock, 13)

    assert [0, 0, 0, 0, 0, 12, 24, 48, 96, 192, 300, 300, 300] == waits


def test_while_locked_nothing_goes_and_asking_makes_it_no_longer():
    clock = Clock()
    guard = Guard(LimitSettings(), clock=clock)
    assert 5 == count(lambda: guard.failed("k"))
    clock.now += 11.5
    for attempt in (guard.check_failures, guard.failed):
        with pytest.raises(TooOften) as caught:
            attempt("k")
        assert (0.5, "1") == (caught.value.retry_after, caught.value.headers["Retry-After"])
    guard.check_failures("another")
    clock.now += 0.5
    guard.check_failures("k")


def test_ten_quiet_minutes_are_forgiven_and_nine_are_not():
    clock = Clock()
    guard = Guard(LimitSettings(), clock=clock)
    waits_of(guard, clock, 6)
    clock.now += 540
    assert 0 == count(lambda: guard.failed("k"))
    clock.now += 24 + 600
    assert 5 == count(lambda: guard.failed("k"))


def test_failures_that_are_rare_never_lock():
    clock = Clock()
    guard = Guard(LimitSettings(), clock=clock)
    for _ in range(50):
        guard.failed("k")
        clock.now += 12


keys = st.integers(0, 30).map(str)


@given(st.lists(st.tuples(keys, st.integers(0, 8)), max_size=300), st.integers(1, 4))
def test_inventing_keys_gives_no_more_than_the_budgets_of_the_keys_kept_and_one(
    steps: list[tuple[str, int]], most: int
):
    rate, clock = Rate(2, 16), Clock()
    guard = Guard(LimitSettings(exec=rate, most_keys=most), clock=clock)
    passed = 0
    for key, pause in steps:
        clock.now += pause
        passed += count(lambda key=key: guard.check(key, "exec"), 1)

    in_the_long_run = (clock.now - 1_000) / rate.interval
    assert passed <= (most + 1) * (rate.limit + in_the_long_run)


def test_who_is_known_keeps_an_own_budget_in_a_flood_of_strangers():
    clock = Clock()
    guard = Guard(LimitSettings(exec=Rate(10), most_keys=100), clock=clock)
    guard.check("known", "exec")
    strangers = sum(count(lambda n=n: guard.check(f"s{n}", "exec"), 1) for n in range(10_000))

    assert 99 + 10 == strangers
    assert 9 == count(lambda: guard.check("known", "exec"))
    clock.now += 60
    guard.check("newcomer", "exec")


def test_a_flood_of_strangers_does_not_unlock_who_has_failed():
    clock = Clock()
    guard = Guard(LimitSettings(most_keys=10), clock=clock)
    count(lambda: guard.failed("k"))
    for number in range(1_000):
        count(lambda number=number: guard.failed(f"s{number}"), 1)
    with pytest.raises(TooOften):
        guard.check_failures("k")


def test_the_memory_is_bounded():
    guard = Guard(LimitSettings(most_keys=50), clock=Clock())
    for number in range(1_000):
        count(lambda number=number: guard.check(str(number), "read"), 1)

    assert 50 == len(guard._buckets["read"])  # pyright: ignore[reportPrivateUsage]  # the promise


def test_somebody_is_counted_by_the_credential_or_else_by_the_peer():
    user, token, s1 = UserId("u"), TokenId("t"), SessionId("s1")
    session = Session(user, s1, token)
    counted = {
        "cli:t": TokenUser(user, token, "cli", True),
        "owner:u": Owner(user),
        "session:s1": session,
        "network": None,
        "uid:7": Peer(1, 7, 7),
    }

    assert list(counted) == [key_of(who) for who in counted.values()]
    assert "session:s1" == key_of(Ticket(session, TokenId("x"), "events.follow", s1))
    assert "session:s1" == key_of(Caller(7, 1, Inside(s1)))
    assert ["uid:7"] * 2 == [key_of(Caller(7, 1, s)) for s in (Outside(), Unknown("?"))]


def test_a_category_that_is_none_is_refused():
    assert "read" == category_of("read")
    with pytest.raises(BadInput, match="agent_event"):
        category_of("reading")
