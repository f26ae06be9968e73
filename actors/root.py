"""Run a tree until it ends or somebody signals that it should."""

import logging
import signal

import trio

from actors.child import Life, report
from actors.supervisor import Supervisor


async def run(root: Supervisor) -> None:
    """Run the whole tree. SIGINT or SIGTERM stops it in order; a second one hurries it.

    After the second one both signals do again what they do to any program, so that a third ends
    a process which resists even cancellation. Raises what the root fell over, such as `GaveUp`.
    """
    async with trio.open_nursery() as nursery:
        await nursery.start(_obey_signals, root)
        life = as_root(root, nursery)
        await live(life)
        nursery.cancel_scope.cancel()
    if life.crash is not None:
        raise life.crash


def as_root(root: Supervisor, nursery: trio.Nursery) -> Life:
    """The life of a place without a supervisor: it sees a cancellation from outside itself."""
    root.open()
    root.life = life = root.new_life(nursery, lambda _: None)
    life.is_shielded_when_up = False
    return life


async def live(life: Life) -> None:
    try:
        await life.run()
    finally:
        life.child.life = None
        life.child.close()


async def _obey_signals(
    root: Supervisor, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
) -> None:
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        task_status.started()
        for obey in (root.stop, root.hurry):
            number = await anext(aiter(signals))
            report(logging.INFO, "signal", root, signal=signal.Signals(number).name)
            obey()
    # Trio's own handler would only interrupt the main task, which may be waiting for a stuck one.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
