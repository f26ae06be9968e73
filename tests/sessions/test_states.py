"""From state to state: what is refused, what follows, and that nothing is forgotten on the way."""

from collections.abc import Callable

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from rdvd.ground.errors import Conflict
from rdvd.sessions import (
    Active,
    Closed,
    Exit,
    Exited,
    Lost,
    Session,
    SessionBusy,
    SessionGone,
    SessionOver,
    Starting,
    State,
    Suspended,
    Trashed,
    exit_of,
    pane_of,
    status_of,
)
from rdvd.sessions import transitions as to

from .sample import PANE, a_session

DONE = Exit(3, None, 5)
EVERY_STATE: tuple[State, ...] = (
    Starting(1), Starting(1, again=True), Active(PANE), Suspended(PANE), Suspended(PANE, True),
    Exited(DONE, PANE), Exited(DONE), Lost("gone", 2), Closed(3), Closed(3, DONE), Trashed(4, DONE),
)  # fmt: skip
Step = Callable[[Session, int], Session]
STEPS: dict[str, Step] = {
    "launched": lambda s, now: to.launched(s, PANE, now),
    "suspended": lambda s, now: to.suspended(s, now, frozen=False),
    "frozen": lambda s, now: to.suspended(s, now, frozen=True),
    "resumed": to.resumed,
    "ended": lambda s, now: to.ended(s, DONE, now),
    "lost": lambda s, now: to.lost(s, "gone", now),
    "without pane": to.without_pane,
    "relaunching": to.relaunching,
    "closed": to.closed,
    "trashed": to.trashed,
    "restored": to.restored,
}

# From each state: what each step leads to. What is not here is refused.
SAME = ("ended", "lost", "without pane")  # news that may come late, and then change nothing
ALLOWED: dict[str, dict[str, str]] = {
    "starting": {
        "launched": "active", "ended": "exited", "lost": "lost", "closed": "closed",
    },
    "active": {
        "suspended": "suspended", "frozen": "suspended", "resumed": "active", "ended": "exited",
        "lost": "lost", "relaunching": "starting", "closed": "closed",
    },
    "suspended": {
        "suspended": "suspended", "frozen": "suspended", "resumed": "active", "ended": "exited",
        "lost": "lost", "relaunching": "starting", "closed": "closed",
    },
    "exited": {"relaunching": "starting", "closed": "closed"},
    "lost": {"relaunching": "starting", "closed": "closed"},
    "closed": {"trashed": "trashed"},
    "trashed": {"restored": "closed"},
}  # fmt: skip


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("state", EVERY_STATE, ids=repr)
def test_a_step_leads_where_the_table_says_or_is_refused(state: State, step: str):
    before = a_session(state)
    status = status_of(state)
    wanted = ALLOWED[status].get(step, status if step in SAME else None)

    if wanted is None:
        with pytest.raises(Conflict):
            STEPS[step](before, 9)
    else:
        assert wanted == status_of(STEPS[step](before, 9).state)


def test_a_refusal_tells_what_would_help():
    with pytest.raises(SessionGone, match="relaunch"):
        to.living(a_session(Exited(DONE)))
    with pytest.raises(SessionGone, match="the server fell"):
        to.living(a_session(Lost("the server fell", 1)))
    with pytest.raises(SessionOver, match="closed"):
        to.living(a_session(Closed(1)))
    with pytest.raises(SessionBusy):
        to.living(a_session(Starting(1)))


def test_late_news_of_an_end_does_not_bring_a_closed_session_back():
    session = a_session(Closed(3, DONE))

    assert session is to.ended(session, Exit(0, None, 9), 9)
    assert session is to.lost(session, "gone", 9)


class Life(RuleBasedStateMachine):
    """Any steps in any order, refused or not."""

    def __init__(self) -> None:
        super().__init__()
        self.session = a_session(Starting(1))
        self.now = 1

    @rule(step=st.sampled_from(sorted(STEPS)))
    def take(self, step: str) -> None:
        self.now += 1
        before = self.session
        try:
            self.session = STEPS[step](before, self.now)
        except Conflict:
            return
        if isinstance(before.state, Closed | Trashed) and exit_of(before):
            assert exit_of(before) == exit_of(self.session), "how it ended is never forgotten"

    @invariant()
    def who_lives_has_a_pane(self) -> None:
        alive = isinstance(self.session.state, Active | Suspended)
        assert not alive or pane_of(self.session) is not None

    @invariant()
    def who_is_gone_has_none(self) -> None:
        gone = isinstance(self.session.state, Closed | Trashed | Lost | Starting)
        assert not gone or pane_of(self.session) is None

    @invariant()
    def nothing_but_state_time_and_restarts_ever_changes(self) -> None:
        first = a_session()
        assert (first.id, first.name, first.program) == (
            self.session.id,
            self.session.name,
            self.session.program,
        )


TestLife = Life.TestCase
