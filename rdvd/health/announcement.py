"""Telling systemd when all is up, and when it begins to stop: the last to start does both."""

from typing import Any

import trio

from rdvd.ground.notify import Notifier


async def announce(
    notifier: Notifier,
    *,
    stopping: trio.Event,
    task_status: trio.TaskStatus[Any],  # Any: nobody waits for a value
) -> None:
    notifier.ready()
    task_status.started()
    await stopping.wait()
    notifier.stopping()
