"""All processes of the machine at one moment, and which of them are provably of one session."""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TypeVar

import trio
from attrs import frozen

from .processes import PROC, Process, environment_of, look_at

K = TypeVar("K")

MARK = b"RDV_SESSION_ID="


@frozen
class Traces:
    """What the processes of one session have in common: where they began, or what they carry."""

    session: str
    leader: int  # the wrapper's pid, which also names its session in the kernel's sense
    born: int


@frozen
class Everybody:
    """The processes by what we ask for. `marked`: those with the variable of a session of ours."""

    processes: Mapping[int, Process]
    marked: Mapping[str, frozenset[int]]
    by_session: Mapping[int, frozenset[int]]
    children: Mapping[int, frozenset[int]]


class Census:
    """Looks through /proc. Those who ask while one look is going on share the next one."""

    def __init__(self, spared: Iterable[int] = ()) -> None:
        self._spared = frozenset((os.getpid(), *spared))
        self._begun = self._ended = 0
        self._running: trio.Event | None = None
        self._found = gather({}, {})

    async def look(self) -> Everybody:
        wanted = self._begun + 1  # whatever has begun already may have missed somebody
        while self._ended < wanted:
            if self._running is None:
                await self._look()
            else:
                await self._running.wait()
        return self._found

    async def _look(self) -> None:
        self._begun += 1
        self._running = running = trio.Event()
        number = self._begun
        try:
            self._found = await trio.to_thread.run_sync(look_around, self._spared)
            self._ended = number
        finally:
            self._running = None
            running.set()


def members(traces: Traces, everybody: Everybody) -> list[Process]:
    """Those of its wrapper's kernel session, those that carry its id, and all their descendants.

    Once the wrapper has ended its number proves nothing: a stranger may have it.
    """
    leader = everybody.processes.get(traces.leader)
    roots = set(everybody.marked.get(traces.session, ()))
    if leader is not None and leader.born == traces.born:
        roots |= everybody.by_session.get(traces.leader, frozenset())
    found, ahead = set(roots), list(roots)
    while ahead:
        fresh = everybody.children.get(ahead.pop(), frozenset()) - found
        found |= fresh
        ahead += fresh
    return [everybody.processes[pid] for pid in sorted(found)]


def look_around(spared: frozenset[int]) -> Everybody:
    """In a worker thread: it takes some 30 us for each process."""
    # Plain strings here and below: paths would cost as much as all the rest.
    pids = (int(name) for name in os.listdir(PROC) if name.isdigit())  # noqa: PTH208
    found = {pid: process for pid in pids if pid not in spared and (process := look_at(pid))}
    own = os.geteuid()
    return gather(found, {pid: environment_of(pid) for pid in found if _owner(pid) == own})


def gather(processes: Mapping[int, Process], environments: Mapping[int, bytes]) -> Everybody:
    marked: dict[str, set[int]] = {}
    by_session: dict[int, set[int]] = {}
    children: dict[int, set[int]] = {}
    for pid, process in processes.items():
        by_session.setdefault(process.session, set()).add(pid)
        children.setdefault(process.parent, set()).add(pid)
        session = mark_in(environments.get(pid, b""))
        if session:
            marked.setdefault(session, set()).add(pid)
    return Everybody(processes, _fixed(marked), _fixed(by_session), _fixed(children))


def mark_in(environment: bytes) -> str:
    """The session that this environment names; the first counts, as for whoever reads it."""
    _, found, rest = (b"\0" + environment).partition(b"\0" + MARK)
    return rest.partition(b"\0")[0].decode("ascii", "replace") if found else ""


def _fixed(groups: Mapping[K, set[int]]) -> dict[K, frozenset[int]]:
    return {key: frozenset(group) for key, group in groups.items()}


def _owner(pid: int) -> int:
    with suppress(OSError):
        return os.stat(f"{PROC}/{pid}").st_uid  # noqa: PTH116
    return -1
