"""Commands on their way to tmux, and their answers on the way back."""

from collections.abc import Sequence

import trio
from attrs import define, field

from .protocol import Block


@define(eq=False)
class Order:
    """The commands of one caller, and what became of them."""

    lines: Sequence[bytes]
    done: trio.Event = field(factory=trio.Event)
    answers: Sequence[Block] | None = None
    is_sent: bool = False
    is_abandoned: bool = False


@define(eq=False)
class Flight:
    orders: list[Order]
    word: bytes
    count: int
    answers: list[Block] = field(factory=list[Block])

    @property
    def is_complete(self) -> bool:
        return len(self.answers) == self.count + 1

    @property
    def is_proven(self) -> bool:
        return self.answers[-1] == Block(True, False, (self.word,))

    def land(self) -> None:
        begin = 0
        for order in self.orders:
            end = begin + len(order.lines)
            order.answers, begin = self.answers[begin:end], end
            order.done.set()
