"""Ending what runs in a session: first politely, then firmly, and an account of what is left."""

import os
import signal
from collections.abc import Sequence

import trio

from .census import Census, Traces, members
from .homes import is_over, is_wrapper
from .processes import (
    Process,
    children_of,
    command_of,
    ignores,
    is_alive,
    look_at,
    send_all,
)
from .types import Survivor

FIRM_SECONDS = 2.0
MOST_ROUNDS = 5
BIRTH_SECONDS, FIRST_PAUSE = 1.0, 0.001
STOPPED = "T"


async def end_processes(census: Census, traces: Traces, grace: float) -> tuple[Survivor, ...]:
    """TERM to all but the wrapper, HUP to the shells that ignore it, in the end KILL.

    The wrapper is left to the end, so that it can tell how its command ended. Whoever was born
    meanwhile, or has left in all ways but one, is found by the looks that come after all that:
    done is when they show nobody.
    """
    asked = await _first_targets(census, traces)
    await _kill(await _end_politely(asked, grace))
    for politely in (grace, *[0.0] * (MOST_ROUNDS - 1)):
        found = await _left_behind(census, traces)
        if not found:
            return ()
        targets = _but_wrapper(found, traces) or found
        fresh = [each for each in targets if each not in asked]
        asked += fresh
        await _kill(
            [*await _end_politely(fresh, politely), *(t for t in targets if t not in fresh)]
        )
    left = members(traces, await census.look())
    return tuple(Survivor(each.pid, _shown(each)) for each in left)


async def _left_behind(census: Census, traces: Traces) -> list[Process]:
    """Nobody is born of a wrapper that waits for its terminal. So the long look, at everybody, is
    made while it does; the one that counts comes once it has gone."""
    far: list[Process] = []
    strangers: set[int] = set()

    async def look() -> None:
        everybody = await census.look()
        found = members(traces, everybody)
        strangers.update(everybody.processes.keys() - {each.pid for each in found})
        far.extend(_but_wrapper(found, traces))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(look)
        await _await_wrapper(traces)
    near = await census.near(traces, strangers)
    return near + [each for each in far if each not in near and is_alive(each.pid, each.born)]


async def _first_targets(census: Census, traces: Traces) -> list[Process]:
    """All below the wrapper; one that was let go a moment ago is about to have a child."""
    found: list[Process] = []
    pause = FIRST_PAUSE
    with trio.move_on_after(BIRTH_SECONDS):
        while True:
            found = await census.below(traces)
            targets = _but_wrapper(found, traces)
            if targets or not found:
                return targets
            with trio.move_on_after(pause):
                await wait_for_ends(found)
            pause *= 2
    return _but_wrapper(found, traces)


async def _end_politely(targets: Sequence[Process], grace: float) -> list[Process]:
    """An interactive shell goes at a HUP, which it hands on: so only once its children have had
    their time. CONT lets those that are stopped hear of it. Returns those that are still there."""
    shells = [each for each in targets if ignores(each, signal.SIGTERM)]
    others = [each for each in targets if each not in shells]
    send_all(others, signal.SIGTERM, signal.SIGCONT)
    with trio.move_on_after(grace):
        await wait_for_ends(others)
    send_all(shells, signal.SIGHUP, signal.SIGCONT)
    with trio.move_on_after(min(grace, FIRM_SECONDS)):
        await wait_for_ends(shells)
    return [each for each in targets if is_alive(each.pid, each.born)]


async def _kill(targets: Sequence[Process]) -> None:
    send_all(targets, signal.SIGKILL)
    with trio.move_on_after(FIRM_SECONDS):
        await wait_for_ends(targets)


def _but_wrapper(found: Sequence[Process], traces: Traces) -> list[Process]:
    """All but a wrapper of ours, and its helpers once its command has ended: they see to it that
    no output is lost. What was taken in may have begun without one."""
    wrapper = next((each for each in found if _is_our_wrapper(each, traces)), None)
    if wrapper is None:
        return list(found)
    spared = wrapper.pid if is_over(wrapper.pid) else 0
    return [each for each in found if each != wrapper and each.parent != spared]


async def _await_wrapper(traces: Traces) -> None:
    """With its command gone it goes by itself, at the latest when its terminal did not answer."""
    wrapper = look_at(traces.leader)
    if wrapper is None or wrapper.born != traces.born or not _is_our_wrapper(wrapper, traces):
        return
    if is_over(wrapper.pid) or not any(map(look_at, children_of(wrapper.pid))):
        with trio.move_on_after(FIRM_SECONDS):
            await wait_for_ends((wrapper,))


def _is_our_wrapper(process: Process, traces: Traces) -> bool:
    return process.pid == traces.leader and is_wrapper(command_of(process.pid))


async def wait_for_ends(processes: Sequence[Process]) -> None:
    """One after another: whoever has ended before its turn is waited for no longer."""
    for each in processes:
        await wait_for_end(each.pid, each.born)


async def wait_for_end(pid: int, born: int) -> None:
    """Return once this very process has ended, at once if it has."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        await trio.lowlevel.checkpoint()
        return
    try:
        if is_alive(pid, born):
            await trio.lowlevel.wait_readable(descriptor)
    finally:
        os.close(descriptor)


def _shown(process: Process) -> str:
    return " ".join(command_of(process.pid))[:200] or process.name


async def freeze(census: Census, traces: Traces) -> None:
    """Stop every process of the session, also those that are being born meanwhile.

    A signal takes effect a moment later, and until then its target may still multiply: done is
    what a look at all of them shows. One that hangs in the kernel stops as soon as it returns.
    The wrapper only waits, and is left alone: tmux would continue it together with its group.
    """
    stopped: set[Process] = set()
    with trio.move_on_after(FIRM_SECONDS):
        while True:
            found = _but_wrapper(members(traces, await census.look()), traces)
            fresh = [each for each in found if each not in stopped]
            # Nobody yet: the wrapper was let go a moment ago, and is about to have a child.
            if found and not fresh and all(each.state == STOPPED for each in found):
                return
            send_all(fresh, signal.SIGSTOP)
            stopped.update(fresh)


async def thaw(census: Census, traces: Traces) -> None:
    send_all(members(traces, await census.look()), signal.SIGCONT)
