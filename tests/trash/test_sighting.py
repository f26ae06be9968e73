"""What is old is so by what has certainly passed, whatever the clock on the wall is set to."""

from collections.abc import Callable
from functools import partial

import pytest
from attrs import define, field
from hypothesis import given
from hypothesis import strategies as st

from rdvd.trash.sighting import Aged, Judged, Sighting, Stamp, first_seen, judge, seen
from rdvd.trash.types import TrashId

from .clocks import DAY, HOUR, Clocks

MONTH, YEARS = 30 * DAY, 3_650 * DAY
MINUTE = HOUR // 60


@define
class Observer:
    """A daemon that looks after everything that happens, and one entry of its trash."""

    clocks: Clocks = field(factory=Clocks)
    now: Sighting = field(init=False)
    stamp: Stamp = field(init=False)
    thrown: int = 0

    def __attrs_post_init__(self) -> None:
        self.now = first_seen(self.clocks.glance())
        self.throw()

    def after(self, act: Callable[[Clocks], object]) -> None:
        act(self.clocks)
        self.now = seen(self.now, self.clocks.glance())

    def throw(self) -> None:
        self.stamp, self.thrown = self.now.stamp, self.clocks.date

    def run(self, hours: int) -> None:
        for _ in range(hours):
            self.after(lambda clocks: clocks.run(HOUR))

    def judged(self, keep: int = MONTH, age: int | None = None) -> Judged:
        entry = Aged(TrashId("it"), 1, self.thrown, self.thrown + keep, self.stamp)
        return judge([entry], self.now, age)

    def is_old(self, keep: int = MONTH) -> bool:
        return bool(self.judged(keep).old)


def test_while_the_daemon_runs_an_entry_goes_at_its_date_asleep_or_awake():
    watch = Observer()
    watch.run(24)
    for _ in range(29):
        assert not watch.is_old()
        watch.after(lambda clocks: clocks.sleep(DAY))

    assert watch.is_old()


@pytest.mark.parametrize("age", [None, MONTH])
def test_a_clock_that_jumps_while_it_runs_makes_nothing_old_for_a_day(age: int | None):
    watch = Observer()
    watch.run(48)
    watch.after(lambda clocks: clocks.jump(YEARS))
    judged = watch.judged(age=age)
    assert (judged.old, judged.waiting, judged.waits) == ((), ("it",), DAY)

    watch.run(23)
    assert not watch.judged(age=age).old
    watch.run(1)
    assert watch.judged(age=age).old == ("it",)


def test_a_clock_that_is_set_right_within_the_day_has_done_nothing():
    watch = Observer()
    watch.after(lambda clocks: clocks.jump(YEARS))
    watch.run(23)
    watch.after(lambda clocks: clocks.jump(-YEARS))
    watch.run(28 * 24)

    assert watch.judged() == Judged()
    watch.run(48)
    assert watch.is_old()


def test_a_dead_battery_that_the_network_makes_up_for_is_no_jump_however_often():
    watch = Observer()
    for _ in range(20):
        watch.after(lambda clocks: clocks.rest(-YEARS))
        watch.run(1)
        watch.after(lambda clocks: clocks.jump(YEARS))
        watch.run(1)
    watch.run(48)

    assert watch.judged() == Judged()


def test_after_weeks_in_a_drawer_an_entry_goes_when_the_daemon_has_run_for_a_day():
    watch = Observer()
    watch.after(lambda clocks: clocks.rest(2 * MONTH))
    watch.run(23)
    judged = watch.judged()
    assert (judged.waiting, judged.waits) == (("it",), HOUR)

    watch.run(1)
    assert watch.is_old()


def test_a_machine_that_runs_for_two_hours_a_week_is_not_waited_for_from_anew_each_time():
    watch = Observer()
    weeks = 0
    while not watch.is_old():
        watch.run(2)
        watch.after(lambda clocks: clocks.rest(7 * DAY))
        weeks += 1

    assert 12 <= weeks <= 4 + 12 + 1


def test_what_is_thrown_away_after_a_jump_is_not_made_old_by_it():
    watch = Observer()
    watch.after(lambda clocks: clocks.jump(YEARS))
    watch.throw()
    watch.run(48)

    assert watch.judged() == Judged()


def test_what_is_kept_for_an_hour_needs_no_day():
    watch = Observer()
    watch.run(1)

    assert watch.is_old(keep=HOUR)


def test_a_person_who_asks_by_age_need_not_wait_for_the_daemon_to_have_run():
    watch = Observer()
    watch.after(lambda clocks: clocks.sleep(10 * HOUR))

    assert watch.judged(keep=10 * HOUR).waits == 10 * HOUR
    assert watch.judged(age=10 * HOUR).old == ("it",)


# Whatever happens to clocks, by minutes.
SPAN = st.integers(1, 50 * 24 * 60)
EVENTS = st.one_of(
    st.tuples(st.just("run"), st.integers(1, 60)),
    st.tuples(st.just("sleep"), SPAN),
    st.tuples(st.just("rest"), SPAN),
    st.tuples(st.just("jump"), st.one_of(SPAN, SPAN.map(lambda each: -each))),
)


def happen(watch: Observer, kind: str, minutes: int) -> None:
    act = {"run": Clocks.run, "sleep": Clocks.sleep, "rest": Clocks.rest, "jump": Clocks.jump}
    watch.after(partial(act[kind], by=minutes * MINUTE))


@given(st.lists(EVENTS, max_size=60), st.integers(1, 40).map(lambda days: days * DAY))
def test_nothing_goes_before_its_time_has_certainly_passed_or_was_waited_for(
    events: list[tuple[str, int]], keep: int
):
    watch, most, ahead = Observer(), 0, list[tuple[int, int]]()
    for kind, minutes in events:
        happen(watch, kind, minutes)
        by, ran = minutes * MINUTE, watch.now.ran
        most += by if kind in ("run", "sleep") else min(by, DAY) if kind == "rest" else 0
        if kind in ("rest", "jump") and by > 0:
            ahead.append((ran, by))
        most += MINUTE  # by which clocks may differ at any look
        believed = sum(by for then, by in ahead if watch.now.ran - then >= DAY)
        if watch.is_old(keep):
            assert watch.now.ran >= min(keep, DAY)
            assert most + believed >= keep


@given(st.lists(EVENTS, max_size=60), st.integers(1, 40).map(lambda days: days * DAY))
def test_everything_goes_once_the_daemon_has_run_for_as_long_as_it_was_to_be_kept(
    events: list[tuple[str, int]], keep: int
):
    watch = Observer()
    for kind, minutes in events:
        was_old = watch.is_old(keep)
        happen(watch, kind, minutes)
        assert watch.is_old(keep) >= was_old
    while watch.now.ran < keep:
        watch.run(1)

    assert watch.is_old(keep)


@given(st.lists(EVENTS.filter(lambda event: event[0] != "jump"), max_size=60))
def test_an_honest_clock_is_believed_a_day_of_running_later(events: list[tuple[str, int]]):
    watch = Observer()
    for kind, minutes in events:
        happen(watch, kind, minutes)
    passed = watch.clocks.date - watch.thrown
    watch.run(24)

    assert watch.is_old(keep=max(HOUR, passed))
