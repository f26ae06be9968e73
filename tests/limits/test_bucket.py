"""The bucket against one that really counts its drops."""

from fractions import Fraction
from math import floor

import pytest
from attrs import define
from hypothesis import given
from hypothesis import strategies as st

from rdvd.limits import Rate
from rdvd.limits.bucket import take

RATE = Rate(5, 60)


@define
class NaiveBucket:
    """Holds drops, gains some as time goes by, and is exact."""

    rate: Rate
    drops: Fraction
    at: Fraction = Fraction(0)

    def take(self, now: Fraction) -> bool:
        gained = (now - self.at) * self.rate.limit / Fraction(self.rate.period)
        self.drops, self.at = min(self.drops + gained, Fraction(self.rate.limit)), now
        if self.drops < 1:
            return False
        self.drops -= 1
        return True


# Quarters of a second and powers of two: floats hold them exactly, so that the two must agree.
rates = st.builds(Rate, st.sampled_from([1, 2, 4, 8]), st.sampled_from([1.0, 2.0, 64.0]))


@given(rates, st.lists(st.integers(0, 40), max_size=60))
def test_it_answers_as_a_bucket_that_counts_its_drops(rate: Rate, pauses: list[int]):
    naive, full_at, now = NaiveBucket(rate, Fraction(rate.limit)), 0.0, Fraction(0)
    for pause in pauses:
        now += Fraction(pause, 4)
        answer = take(full_at, float(now), rate)
        full_at = answer.full_at

        assert naive.take(now) is answer.is_allowed
        assert floor(naive.drops) == answer.remaining
        missing = (rate.limit - naive.drops) * Fraction(rate.period) / rate.limit
        assert missing == Fraction(answer.full_in)


@given(st.builds(Rate, st.integers(1, 3_000), st.floats(10, 3_600)), st.floats(0, 1e7))
def test_it_gives_its_limit_at_once_and_then_one_when_it_said(rate: Rate, now: float):
    full_at, given_out = 0.0, 0
    while (answer := take(full_at, now, rate)).is_allowed and given_out <= rate.limit:
        full_at, given_out = answer.full_at, given_out + 1

    assert rate.limit == given_out
    assert 0 < answer.retry_after <= rate.interval * 1.01
    assert take(full_at, now + answer.retry_after + rate.interval * 0.01, rate).is_allowed


def test_the_headers_tell_what_is_left_and_when_to_come_back():
    answer = take(0.0, 100.0, RATE)
    assert {
        "RateLimit-Limit": "5",
        "RateLimit-Remaining": "4",
        "RateLimit-Reset": "12",
        "RateLimit-Policy": "5;w=60",
    } == answer.headers(RATE)
    refusal = take(160.0, 100.0, RATE)
    assert not refusal.is_allowed
    assert ("12", "0", "60") == (
        refusal.headers(RATE)["Retry-After"],
        refusal.headers(RATE)["RateLimit-Remaining"],
        refusal.headers(RATE)["RateLimit-Reset"],
    )


@pytest.mark.parametrize(("limit", "period"), [(0, 60), (-1, 60), (5, 0), (1_000_001, 60)])
def test_a_rate_that_makes_no_sense_is_refused(limit: int, period: float):
    with pytest.raises(ValueError, match="must be"):
        Rate(limit, period)
