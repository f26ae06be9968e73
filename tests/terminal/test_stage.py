"""Who owns the size: one of those who may, whatever they do; and never in a quarrel."""

from collections.abc import Hashable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from rdvd.sessions import Size
from rdvd.terminal.stage import COOL_DOWN, Stage

SMALL, LARGE, PRESENT = Size(40, 20), Size(200, 60), Size(120, 40)


def test_the_first_who_may_type_owns_the_size_and_later_ones_do_not() -> None:
    stage = Stage(PRESENT)
    stage.join("desktop", LARGE, may_own=True)
    stage.join("phone", SMALL, may_own=True)
    assert (stage.primary, stage.wanted) == ("desktop", LARGE)


def test_who_only_looks_never_owns_it() -> None:
    stage = Stage(PRESENT)
    stage.join("phone", SMALL, may_own=False)
    assert not stage.focus("phone", 0.0, force=True)
    assert (stage.primary, stage.wanted) == (None, PRESENT)


def test_focus_takes_the_size_but_not_from_who_has_just_taken_it() -> None:
    stage = Stage(PRESENT)
    for name in ("a", "b", "c"):
        stage.join(name, SMALL, may_own=True)
    assert stage.focus("b", 10.0, force=False)
    assert not stage.focus("c", 10.0 + COOL_DOWN / 2, force=False)
    assert stage.focus("c", 10.0 + COOL_DOWN / 2, force=True)
    assert stage.focus("a", 10.0 + COOL_DOWN * 2, force=False)


def test_when_the_owner_leaves_the_one_who_had_it_last_gets_it_back() -> None:
    stage = Stage(PRESENT)
    for number, name in enumerate(("a", "b", "c")):
        stage.join(name, SMALL, may_own=True)
        stage.focus(name, number * 10.0, force=False)
    stage.leave("c")
    assert stage.primary == "b"


def test_the_size_of_a_viewer_who_is_not_the_owner_changes_nothing() -> None:
    stage = Stage(PRESENT)
    stage.join("desktop", LARGE, may_own=True)
    stage.join("phone", SMALL, may_own=True)
    stage.resize("phone", Size(30, 10))
    assert stage.wanted == LARGE


def test_a_tiny_owner_leaves_the_session_room_to_work_in() -> None:
    stage = Stage(PRESENT)
    stage.join("watch", Size(4, 1), may_own=True)
    assert stage.wanted == Size(10, 3)


SIZES = st.builds(Size, st.integers(10, 1000), st.integers(3, 1000))


class Stages(RuleBasedStateMachine):
    """Against the plainest account of the same rules: who focused last, of those still there."""

    viewers = Bundle("viewers")

    def __init__(self) -> None:
        super().__init__()
        self.stage, self.now, self.next = Stage(PRESENT), 0.0, 0
        self.sizes: dict[Hashable, Size] = {}
        self.owners: list[Hashable] = []

    @rule(target=viewers, size=SIZES, may_own=st.booleans())
    def join(self, size: Size, may_own: bool) -> int:
        self.next += 1
        self.stage.join(self.next, size, may_own=may_own)
        self.sizes[self.next] = size
        if may_own:
            self.owners = [self.next, *self.owners]
        return self.next

    @rule(viewer=consumes(viewers))
    def leave(self, viewer: int) -> None:
        self.stage.leave(viewer)
        del self.sizes[viewer]
        self.owners = [each for each in self.owners if each != viewer]

    @rule(viewer=viewers, size=SIZES)
    def resize(self, viewer: int, size: Size) -> None:
        self.stage.resize(viewer, size)
        self.sizes[viewer] = size

    @rule(viewer=viewers)
    def focus(self, viewer: int) -> None:
        self.now += COOL_DOWN
        assert self.stage.focus(viewer, self.now, force=False) == (viewer in self.owners)
        if viewer in self.owners:
            self.owners = [*(each for each in self.owners if each != viewer), viewer]

    @invariant()
    def the_owner_is_the_last_one_and_its_size_is_wanted(self) -> None:
        owner = self.owners[-1] if self.owners else None
        assert self.stage.primary == owner
        assert self.stage.wanted == (PRESENT if owner is None else self.sizes[owner])


TestStages = Stages.TestCase
TestStages.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
