"""One run of a supervisor: a single loop in which the tree below it changes one step at a time."""

import logging
import math
import random
from collections.abc import Callable, Iterator
from typing import Any

import trio
from outcome import Error, Outcome, Value

from actors.child import Child, Life, report
from actors.errors import GaveUp, Unavailable, describe, is_crash
from actors.mailbox import release
from actors.policy import Tally, fallen_with, may_restart
from actors.wish import Plan, Wish


class Shift(Life):
    """Starts children in order, keeps them alive, and stops them in reverse, whatever happens."""

    def __init__(
        self, child: Child, nursery: trio.Nursery, tell_end: Callable[[Life], None], plan: Plan
    ) -> None:
        super().__init__(child, nursery, tell_end)
        self.children = {each.name: each for each in plan.children}
        self._plan = plan
        self._declared = frozenset(plan.children)
        self._tally = Tally(plan.patience)
        # Children that wait for their restart, in start order, and when it is due.
        self._due: dict[Child, float] = {}
        self._watch = trio.CancelScope()
        self._is_for_good = True
        self._is_hurried = False
        self._is_ending = False
        # What happened, lives that ended, and what is asked for.
        self._send, self._receive = trio.open_memory_channel[Life | Wish](math.inf)
        self._tell_end_below = self._note_end  # one bound method for all lives

    async def live(self) -> None:
        """Until told to stop, cancelled, or out of patience; always leaving no child behind."""
        with self._send, self._receive:
            async with trio.open_nursery() as self._below:
                try:
                    with self._watch:
                        await self._start_declared()
                        await self._keep_watch()
                finally:
                    with trio.CancelScope(shield=True):
                        await self._finish()

    def ask(self, wish: Wish) -> None:
        if self._is_ending:
            raise self._stopping()
        self._send.send_nowait(wish)

    def ask_to_stop(self, *, for_good: bool = True) -> bool:
        self._is_for_good = for_good
        self._watch.cancel()
        return False

    def hurry(self) -> None:
        super().hurry()
        self._is_hurried = True
        self._watch.cancel()
        for child in self.children.values():
            if child.life is not None:
                child.life.hurry()

    def in_hand(self) -> Iterator[Any]:  # Any: as in Life
        for child in self.children.values():
            if child.life is not None:
                yield from child.life.in_hand()

    def holding_up(self) -> Iterator[Any]:
        return self.in_hand() if self._is_ending else iter(())

    async def _start_declared(self) -> None:
        for child in self._plan.children:
            error = await self._start(child)
            if error is not None:
                self.fail(error)
                return
        self.ready()

    async def _keep_watch(self) -> None:
        while self.crash is None:
            change = await self._next_change()
            match change:
                case None:
                    await self._restart_due()
                case Life():
                    await self._see_end(change)
                case Wish():
                    await self._grant(change)

    async def _next_change(self) -> Life | Wish | None:
        """What has happened or is asked for; None when a restart is due."""
        if not self._due:
            return await self._receive.receive()
        soonest = min(self._due.values())
        if soonest > trio.current_time():
            with trio.move_on_at(soonest):
                return await self._receive.receive()
        else:
            await trio.lowlevel.checkpoint()  # else a restart that fails at once holds up the world
        return None

    async def _see_end(self, life: Life) -> None:
        child = life.child
        if child.life is not life:
            return  # ended on purpose; its heir may be alive already
        child.life = None
        if life.crash is not None:
            self._note_crash(child, life.crash)
        if may_restart(child.restart, crashed=life.crash is not None):
            await self._plan_restart(child, life.crash)
        else:
            self._retire(child)

    async def _plan_restart(self, child: Child, error: BaseException | None) -> None:
        """End those who fall with it, and let all of them wait for their turn."""
        if self.crash is not None:
            return
        delay = self._tally.delay_of_next(trio.current_time(), random.random())
        if delay is None:
            self._give_up(child, error)
            return
        group = fallen_with(self._plan.strategy, list(self.children.values()), child)
        for fallen in reversed(group):
            await self._end(fallen, for_good=fallen.restart == "temporary")
        now = trio.current_time()
        due = max([now + delay, *(self._due.pop(fallen, now) for fallen in group)])
        for fallen in group:
            if fallen.status == "waiting":
                self._due[fallen] = due
                report(logging.INFO, "restarting", fallen, delay=due - now)

    async def _restart_due(self) -> None:
        now = trio.current_time()
        for child in [child for child, due in self._due.items() if due <= now]:
            del self._due[child]
            child.restarts += 1
            error = await self._start(child)
            if error is not None:
                self._note_crash(child, error)
                await self._plan_restart(child, error)
                return

    async def _grant(self, wish: Wish) -> None:
        """Do what is wished, and answer whatever comes between."""
        outcome: Outcome[None] = Error(self._stopping())
        try:
            if not wish.is_abandoned:
                outcome = await (self._grant_start if wish.starts else self._grant_stop)(wish)
        finally:
            wish.settle(outcome)

    async def _grant_start(self, wish: Wish) -> Outcome[None]:
        child = wish.child
        if self.children.get(child.name, child) is not child:
            return Error(ValueError(f"{self.child.path} has a child {child.name} already"))
        if child.status != "down" or child.parent not in (None, self.child):
            return Error(ValueError(f"{child.path} has a place already, and is {child.status}"))
        child.parent = self.child
        self.children[child.name] = child
        error = await self._start(child, wish)
        if error is not None or wish.is_abandoned:
            await self._end(child, for_good=True)
        if error is not None and not is_crash(error):
            self.fail(error)
        return Value(None) if error is None else Error(error)

    async def _grant_stop(self, wish: Wish) -> Outcome[None]:
        if self.children.get(wish.child.name) is wish.child:
            await self._end(wish.child, for_good=True)
        return Value(None)

    async def _start(self, child: Child, wish: Wish | None = None) -> BaseException | None:
        """Start one life and wait until it is up; the error if it did not come to that."""
        child.open()
        life = child.new_life(self._below, self._tell_end_below)
        try:
            life.begin()
        except Exception as error:
            return error
        child.life = life
        if wish is not None:
            wish.life = life
        self._below.start_soon(life.run, name=child.name)
        if not life.is_up:
            await self._wait_for(life)
        if life.is_up:
            report(logging.INFO, "started", child)
            return None
        child.life = None
        return life.crash or Unavailable(f"the start of {child.path} was cancelled")

    async def _end(self, child: Child, *, for_good: bool) -> None:
        """Ask, wait as long as its grace, cancel, wait: polite, then firm, always bounded."""
        life = child.life
        if life is not None:
            if life.is_over and not life.was_asked:  # it ended by itself, and its kind decides
                for_good = for_good or not may_restart(
                    child.restart, crashed=life.crash is not None
                )
            if not self._part_from(life, for_good=for_good):
                child.enter("stopping")
                while not life.is_over:
                    await self._wait_for(life)
            child.life = None
            if life.crash is not None:
                self._note_crash(child, life.crash)
        if for_good:
            self._retire(child)
        elif child.status != "down":
            child.enter("waiting")

    def _part_from(self, life: Life, *, for_good: bool) -> bool:
        """Have a life end by itself, or at the end of its grace; True if that takes no waiting."""
        if self._is_hurried:
            life.hurry()
        elif not life.is_up:
            life.scope.cancel()
        elif not life.was_asked:
            life.was_asked = True
            if life.ask_to_stop(for_good=for_good):
                return True
            life.scope.deadline = trio.current_time() + life.child.grace
        return False

    async def _wait_for(self, life: Life) -> None:
        self.child.busy_with = life.child
        release(life.in_hand())
        try:
            await life.wait_for_news()
        finally:
            self.child.busy_with = None

    def _note_end(self, life: Life) -> None:
        if life.child.life is not life:
            return  # ended on purpose
        life.child.enter("waiting")
        hurdle = self.child.busy_with
        if hurdle is not None and hurdle.life is not None:
            release(hurdle.life.in_hand())
        self._send.send_nowait(life)

    async def _finish(self) -> None:
        self._is_ending = True
        while self._receive.statistics().current_buffer_used:
            change = self._receive.receive_nowait()
            if isinstance(change, Wish):
                change.settle(Error(self._stopping()))
        for child in reversed(list(self.children.values())):
            await self._end(child, for_good=self._is_for_good or child not in self._declared)

    def _stopping(self) -> Unavailable:
        return Unavailable(f"{self.child.path} is stopping")

    def _retire(self, child: Child) -> None:
        """Down for good: a declared child stays in sight, any other leaves the list."""
        self._due.pop(child, None)
        child.close()
        if child not in self._declared:
            self.children.pop(child.name, None)
            child.parent = None

    def _note_crash(self, child: Child, error: BaseException) -> None:
        if is_crash(error):
            child.fell(error)
        else:
            self.fail(error)

    def _give_up(self, child: Child, error: BaseException | None) -> None:
        patience = self._plan.patience
        last = "a normal end" if error is None else describe(error)
        gave_up = GaveUp(
            f"{self.child.path} gave up on {child.path} after {patience.restarts} restarts"
            f" in {patience.window:g} s; last: {last}"
        )
        gave_up.__cause__ = error
        report(logging.ERROR, "gave_up", self.child, error=str(gave_up))
        self.fail(gave_up)
