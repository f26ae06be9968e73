"""The child that has children: starts them in order, keeps them alive, stops them in reverse."""

import math
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TypeVar, overload

import trio
from attrs import evolve

from actors.actor import Actor, ActorChild
from actors.child import Child, Life
from actors.errors import CallCycle, Unavailable
from actors.mailbox import ask, caller_here, deadlock, waited_for_by
from actors.policy import Patience, Restart, Strategy
from actors.ref import Ref
from actors.shift import Shift
from actors.snapshot import Moment, Node
from actors.wish import Plan, Wish

A = TypeVar("A", bound=Actor)


class Supervisor(Child):
    """A node of the tree. Hand it, like a nursery, only to the actor that starts children in it.

    Its grace is without limit, since the graces below it bound it.
    """

    kind = "supervisor"

    def __init__(
        self,
        name: str,
        *children: Child,
        strategy: Strategy = "one_for_one",
        patience: Patience = Patience(),  # noqa: B008 - frozen, so it may be shared
        restart: Restart = "permanent",
    ) -> None:
        super().__init__(name, restart, math.inf)
        self._plan = Plan(children, strategy, patience)
        for twin, count in Counter(child.name for child in children).items():
            if count > 1:
                raise ValueError(f"{name} has {count} children named {twin}")
        for child in children:
            if child.parent is not None:
                raise ValueError(f"{child.path} has a place already; {name} cannot have it")
        for child in children:
            child.parent = self

    @overload
    async def start_child(self, child: ActorChild[A]) -> Ref[A]: ...
    @overload
    async def start_child(self, child: Child) -> None: ...
    async def start_child(self, child: ActorChild[A] | Child) -> Ref[A] | None:
        """Add a child at the end of the list, and return once it is up.

        Raises what its start raised; then, and if the caller leaves first, there is no child.
        """
        await self._ask(Wish(self, caller_here(), child, starts=True))
        return getattr(child, "ref", None)

    async def stop_child(self, child: Child) -> None:
        """End a child for good and return once it is down; at once if it is not here any more."""
        wish = Wish(self, caller_here(), child, starts=False)
        if any(child in caller.lineage() for caller in wish.callers()):
            raise CallCycle(f"{child.path} waits for its own end; an actor ends by self.stop()")
        await self._ask(wish)

    def stop(self) -> None:
        """End politely, the last child first; the restart policy says what comes next."""
        if isinstance(self.life, Shift):
            self.life.ask_to_stop()

    def hurry(self) -> None:
        """End now: everything below is cancelled, and nobody's grace is waited for."""
        if self.life is not None:
            self.life.hurry()

    def snapshot(self) -> Node:
        """The tree as it is at this moment. Never waits, whatever state the tree is in."""
        return self.node(Moment())

    def new_life(self, nursery: trio.Nursery, tell_end: Callable[[Life], None]) -> Life:
        return Shift(self, nursery, tell_end, self._plan)

    def close(self) -> None:
        super().close()
        for child in self._plan.children:
            child.close()

    def node(self, now: Moment) -> Node:
        return evolve(
            super().node(now), children=tuple(each.node(now) for each in self._children())
        )

    def _children(self) -> Iterable[Child]:
        life = self.life
        # A copy at one blow: a watchdog thread may look while the tree changes.
        return list(life.children.values()) if isinstance(life, Shift) else self._plan.children

    async def _ask(self, wish: Wish) -> None:
        error = deadlock(wish)
        if error is not None:
            is_for_good = self.busy_with is None or self.busy_with.status == "stopping"
            raise error if is_for_good else CallCycle(str(error))
        hurdle = self.busy_with
        is_starting = hurdle is not None and hurdle.status == "starting"  # an end has its grace
        if is_starting and not waited_for_by(self).isdisjoint(wish.callers()):
            raise CallCycle(f"{self.path} waits for a start that waits for the caller")
        await ask(wish, self._put)

    async def _put(self, wish: Wish) -> None:
        if not isinstance(self.life, Shift):
            raise Unavailable(f"{self.path} is down")
        self.life.ask(wish)
        await wish.wait()
