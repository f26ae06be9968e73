"""A place in the tree, and one run of whatever fills it."""

import logging
import traceback
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import trio
from outcome import Value

from actors.errors import describe
from actors.policy import Restart
from actors.reply import Reply
from actors.snapshot import Mark, Moment, Node, Status

log = logging.getLogger("actors")


class Child:
    """A named place in the tree: when to refill it, and how long a goodbye may take.

    It outlasts every life that is lived in it.
    """

    kind = "child"

    def __init__(self, name: str, restart: Restart, grace: float) -> None:
        if not name or "/" in name:
            raise ValueError(f"a child needs a name without '/', not {name!r}")
        if not grace >= 0:
            raise ValueError(f"{name}: a grace is a number of seconds, not {grace}")
        self.name = name
        self.restart: Restart = restart
        self.grace = grace
        self.parent: Child | None = None
        self.status: Status = "down"
        self.restarts = 0
        self.life: Life | None = None
        # The place below whose start or end this one is waiting for, if any.
        self.busy_with: Child | None = None
        self._since: float | None = None
        self._last_crash: tuple[str, float] | None = None
        self._went_down: trio.Event | None = None  # for those who wait for it, if any

    def new_life(self, nursery: trio.Nursery, tell_end: Callable[["Life"], None]) -> "Life":
        raise NotImplementedError

    @property
    def path(self) -> str:
        return "/".join(place.name for place in reversed(list(self.lineage())))

    def lineage(self) -> Iterator["Child"]:
        """This place, the one it stands under, and so on up to the root."""
        place: Child | None = self
        while place is not None:
            yield place
            place = place.parent

    def enter(self, status: Status) -> None:
        if status != self.status:
            self.status = status
            self._since = trio.current_time()

    def open(self) -> None:
        """A life is about to begin; from now on messages may wait for it."""
        self.enter("starting")

    def close(self) -> None:
        """There will be no further life: tell whoever waits for something from here."""
        if self.status != "down":
            self.enter("down")
            report(logging.INFO, "stopped", self)
        if self._went_down is not None:
            self._went_down.set()
            self._went_down = None

    async def wait_down(self) -> None:
        """Return once the place is down for good; one that never started is down."""
        await trio.lowlevel.checkpoint()
        if self.status != "down":
            self._went_down = self._went_down or trio.Event()
            await self._went_down.wait()

    def fell(self, error: BaseException) -> None:
        """Remember and report a crash, wherever in a life it happened."""
        self._last_crash = (describe(error), trio.current_time())
        report(logging.ERROR, "crashed", self, exc_info=error, error=describe(error))

    def hurdle_of(self, callers: Iterable["Child"]) -> "Child | None":
        """The place that must settle before anything changes here, and cannot for these callers.

        A supervisor does one thing at a time: while it is busy with one place, the others wait,
        and that place will not be up before a caller that is starting in it, nor gone before any.
        """
        lineage, callers = list(self.lineage()), list(callers)
        for above in lineage:
            hurdle = above.busy_with
            if hurdle is not None and hurdle not in lineage:
                ends = hurdle.status == "stopping"
                if any(hurdle in c.lineage() for c in callers if ends or c.status == "starting"):
                    return hurdle
            if above.status in ("up", "starting"):
                break  # whoever is at work waits for nobody further up
        return None

    def node(self, now: Moment) -> Node:
        """What this place and all below it look like now."""
        crash = self._last_crash
        return Node(
            name=self.name,
            kind=self.kind,
            status=self.status,
            taken_at=now.wall,
            since=now.date(self._since),
            restarts=self.restarts,
            last_crash=None if crash is None else Mark(crash[0], now.date(crash[1])),
        )


class Life:
    """One run of whatever fills a place. The end of an old life says nothing about its heir.

    A life that is up is shielded: a cancellation from outside reaches its supervisor alone,
    which then ends its children one by one. Before that it can be cancelled like anything else.
    """

    def __init__(
        self, child: Child, nursery: trio.Nursery, tell_end: Callable[["Life"], None]
    ) -> None:
        self.child = child
        self.nursery = nursery
        self.scope = trio.CancelScope()
        self.is_shielded_when_up = True
        self.is_up = False
        self.is_over = False
        self.was_asked = False
        self.crash: BaseException | None = None
        self._crashes: list[BaseException] = []
        self._tell_end = tell_end
        self._news: Reply[None] | None = None

    def begin(self) -> None:
        """The part of the start that needs no waiting; `ready` if that is all there is to it."""

    async def live(self) -> None:
        """All the rest. It calls `ready` once the start is done."""
        raise NotImplementedError

    def ask_to_stop(self, *, for_good: bool) -> bool:
        """Ask for a polite end. True if nothing but the end itself is left to be done."""
        raise NotImplementedError

    def hurry(self) -> None:
        """End without waiting for anybody's grace."""
        self.scope.cancel()

    def in_hand(self) -> Iterable[Any]:  # Any: letters, which stand above this module
        """The letters that are being handled in here."""
        return ()

    def holding_up(self) -> Iterable[Any]:  # Any: as above
        """Those of them that end before anything else that is asked of this place is done."""
        return self.in_hand()

    def ready(self) -> None:
        self.is_up = True
        self.scope.shield = self.is_shielded_when_up
        self.child.enter("up")
        self._tell()

    async def run(self) -> None:
        """Live. Only a cancellation from outside ever leaves this as an exception."""
        try:
            with self.scope:
                await self.live()
        except trio.Cancelled:
            raise
        except BaseExceptionGroup as group:
            cancelled, rest = group.split(trio.Cancelled)
            if rest is not None:
                self.fail(rest)
            if cancelled is not None:
                raise cancelled from None
        except BaseException as error:
            self.fail(error)
        finally:
            self.is_over = True
            self._tell()
            self._tell_end(self)

    def fail(self, error: BaseException) -> None:
        """Note a crash of this life, or one more beside it."""
        if any(error is each for each in (self.crash, *self._crashes)):
            return
        self._crashes.append(error)
        # One flat group: what nests as deep as there are crashes cannot be walked through.
        several = len(self._crashes) > 1
        self.crash = (
            BaseExceptionGroup("several things crashed", self._crashes) if several else error
        )

    async def wait_for_news(self) -> None:
        """Until it is up or over, whatever comes next; its supervisor is the only one who waits."""
        self._news = Reply()
        await self._news.wait()

    def _tell(self) -> None:
        if self._news is not None:
            self._news.settle(Value(None))
            self._news = None


def report(
    level: int,
    event: str,
    child: Child,
    *,
    exc_info: BaseException | None = None,
    **facts: object,
) -> None:
    """One structured record; costs next to nothing when nobody listens."""
    if log.isEnabledFor(level):
        try:
            log.log(level, event, exc_info=exc_info, extra={"place": child.path, **facts})
        except Exception:  # whoever listens badly must not keep the tree from its work
            if logging.raiseExceptions:
                traceback.print_exc()
