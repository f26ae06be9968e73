"""SIGHUP: the configuration is read anew, and what can change while we run does."""

import logging
import signal
from collections.abc import AsyncIterator, Callable, Collection
from typing import Any

import trio
from attrs import define

from rdvd.config.load import BadConfig, build
from rdvd.config.show import changes
from rdvd.config.types import KEYS, Config
from rdvd.ground.notify import Notifier

log = logging.getLogger("rdvd.config")

TAKEN_UP = frozenset({"server.log_level"})  # by what main.py hands in as `apply`
REFUSED = "Ready; the configuration is wrong, so the old one is kept: see the log"


def outlive_hangups() -> None:
    """From now on SIGHUP does nothing where nobody waits for it, instead of ending the process.

    A handler and not SIG_IGN, which the programs that we start would inherit.
    """
    signal.signal(signal.SIGHUP, lambda _number, _frame: None)


async def reload_on_hangup(
    current: Config,
    load: Callable[[], Config],
    notifier: Notifier,
    apply: Callable[[Config], None],
    *,
    taken_up: Collection[str] = TAKEN_UP,
    stopping: trio.Event,
    task_status: trio.TaskStatus[Any],  # Any: nobody waits for a value
) -> None:
    """`taken_up` are the settings that `apply` makes true; all others need a restart."""
    reloading = Reloading(current, load, apply, taken_up)
    with trio.open_signal_receiver(signal.SIGHUP) as hangups:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_obey, hangups, reloading, notifier)
            task_status.started()
            await stopping.wait()
            nursery.cancel_scope.cancel()


async def _obey(hangups: AsyncIterator[int], reloading: "Reloading", notifier: Notifier) -> None:
    async for _ in hangups:
        notifier.reloading()
        status = REFUSED
        try:
            status = await reloading.reload()
        finally:
            notifier.ready(status)  # systemd waits for it, whatever has happened


@define
class Reloading:
    """`held` is what is true of the running daemon."""

    held: Config
    _load: Callable[[], Config]
    _apply: Callable[[Config], None]
    _taken_up: Collection[str]

    async def reload(self) -> str:
        """What to tell about it in one line."""
        try:
            new = await trio.to_thread.run_sync(self._load)
        except BadConfig as error:
            log.error("config_refused", extra={"problems": error.problems})
            return REFUSED
        self._take(new)
        return "Ready"

    def _take(self, new: Config) -> None:
        changed = [change.key for change in changes(self.held, new)]
        live = [key for key in changed if key in self._taken_up]
        waiting = [key for key in changed if key not in self._taken_up]
        self.held = _with_changes(self.held, new, self._taken_up)
        self._apply(self.held)  # also if nothing changed: a restart of this task forgets what has
        log.info("config_reloaded", extra={"changed": live})
        if waiting:
            log.warning("config_needs_restart", extra={"waiting": waiting})


def _with_changes(old: Config, new: Config, taken_up: Collection[str]) -> Config:
    of = {dotted: new if dotted in taken_up else old for dotted in KEYS}
    return build(
        {dotted: KEYS[dotted].of(config) for dotted, config in of.items()},
        {dotted: config.sources.get(dotted, "default") for dotted, config in of.items()},
    )
