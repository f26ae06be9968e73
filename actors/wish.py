"""What a supervisor is told: how it was declared, and what is wished of it while it runs."""

from attrs import define, field, frozen

from actors.child import Child, Life
from actors.mailbox import Question
from actors.policy import Patience, Strategy


@frozen
class Plan:
    """What a supervisor was declared with; every shift begins from it anew."""

    children: tuple[Child, ...]
    strategy: Strategy
    patience: Patience


@define(eq=False)
class Wish(Question):
    """Somebody wants a child started or stopped, and waits until it is.

    If who wants a start leaves before the child is up, there is no child either.
    """

    child: Child
    starts: bool
    life: Life | None = field(default=None, init=False)

    def abandon(self) -> None:
        super().abandon()
        if self.life is not None and not self.life.is_up:
            self.life.scope.cancel()
