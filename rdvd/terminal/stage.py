"""Who of a session's viewers owns its size. Pure.

The first who may type owns it; then whoever asks for the focus; when the owner leaves, the one who
had it last. Viewers who may only look never own it. What the owner's screen holds is the session's
size; the others see it cropped, or with a margin.
"""

from collections.abc import Hashable

from attrs import define, field

from rdvd.sessions import FEWEST_COLUMNS, FEWEST_ROWS, Size

COOL_DOWN = 1.0  # two windows that both claim the focus would fight over it for ever


@define
class Stage:
    """The viewers of one session: those who may own the size in the order of their last focus."""

    session_size: Size
    _sizes: dict[Hashable, Size] = field(factory=dict[Hashable, Size])
    _candidates: list[Hashable] = field(factory=list[Hashable])
    _taken_at: float | None = None

    @property
    def primary(self) -> Hashable | None:
        return self._candidates[-1] if self._candidates else None

    @property
    def viewers(self) -> tuple[Hashable, ...]:
        return tuple(self._sizes)

    @property
    def wanted(self) -> Size:
        """What the session's size should be: the present one if nobody owns it."""
        if self.primary is None:
            return self.session_size
        own = self._sizes[self.primary]
        return Size(max(own.columns, FEWEST_COLUMNS), max(own.rows, FEWEST_ROWS))

    def join(self, viewer: Hashable, size: Size, *, may_own: bool) -> None:
        self._sizes[viewer] = size
        if may_own:
            self._candidates.insert(0, viewer)

    def leave(self, viewer: Hashable) -> None:
        del self._sizes[viewer]
        if viewer in self._candidates:
            self._candidates.remove(viewer)

    def resize(self, viewer: Hashable, size: Size) -> None:
        self._sizes[viewer] = size

    def focus(self, viewer: Hashable, now: float, *, force: bool) -> bool:
        """Whether it owns the size now."""
        if viewer not in self._candidates:
            return False
        if viewer == self.primary:
            return True
        is_fresh = self._taken_at is not None and now - self._taken_at < COOL_DOWN
        if is_fresh and not force:
            return False
        self._candidates.remove(viewer)
        self._candidates.append(viewer)
        self._taken_at = now
        return True
