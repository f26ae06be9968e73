"""All processes of the machine at one moment, and which of them are provably of one session."""

import os
from collections.abc import Collection, Iterable, Mapping
from typing import TypeAlias, TypeVar

import trio
from attrs import field, frozen

from .dye import dye_in, dye_of
from .processes import (
    PROC,
    Process,
    children_of,
    environment_of,
    is_alive,
    is_of_the_kernel,
    look_at,
    session_of,
)

K = TypeVar("K")

MARK = b"RDV_SESSION_ID="

# What an environment says, by whose it is. It stays until the process starts another program,
# which lies elsewhere in memory. Reading all of them would be most of the work of a look.
Marks: TypeAlias = Mapping[tuple[int, int, str, bytes], str]


@frozen
class Traces:
    """What the processes of one session have in common: where they began, or what they carry."""

    session: str
    leader: int  # the wrapper's pid, which also names its session in the kernel's sense
    born: int


@frozen
class Everybody:
    """The processes by what we ask for. `marked`: those with the variable of a session of ours;
    `dyed`: those with a dye."""

    processes: Mapping[int, Process]
    marked: Mapping[str, frozenset[int]]
    dyed: Mapping[int, frozenset[int]]
    by_session: Mapping[int, frozenset[int]]
    children: Mapping[int, frozenset[int]]
    marks: Marks = field(factory=dict[tuple[int, int, str, bytes], str], repr=False)


class Census:
    """Looks through /proc. Those who ask while one look is going on share the next one."""

    def __init__(self, spared: Iterable[int] = ()) -> None:
        self._spared = frozenset((os.getpid(), *spared))
        self._begun = self._ended = 0
        self._running: trio.Event | None = None
        self._found = gather({}, {}, {})

    async def look(self) -> Everybody:
        wanted = self._begun + 1  # whatever has begun already may have missed somebody
        while self._ended < wanted:
            if self._running is None:
                await self._look()
            else:
                await self._running.wait()
        return self._found

    async def below(self, traces: Traces) -> list[Process]:
        """The wrapper and its descendants, which are most of a session, and soon found."""
        return await trio.to_thread.run_sync(look_below, traces, self._spared)

    async def near(self, traces: Traces, strangers: Collection[int]) -> list[Process]:
        """Those of one session, without a look at what everybody carries. `strangers` were none of
        them a moment ago, and numbers are given anew only when all others have had their turn."""
        spared = self._spared.union(strangers)
        return await trio.to_thread.run_sync(look_near, traces, spared)

    async def _look(self) -> None:
        self._begun += 1
        self._running = running = trio.Event()
        number = self._begun
        try:
            before = self._found.marks
            self._found = await trio.to_thread.run_sync(look_around, self._spared, before)
            self._ended = number
        finally:
            self._running = None
            running.set()


def members(traces: Traces, everybody: Everybody) -> list[Process]:
    """Those of its wrapper's kernel session, those that carry its id or its dye, and all their
    descendants.

    Once the wrapper has ended its number proves nothing: a stranger may have it.
    """
    leader = everybody.processes.get(traces.leader)
    roots = set(everybody.marked.get(traces.session, ()))
    roots |= everybody.dyed.get(dye_of(traces.session), frozenset())
    if leader is not None and leader.born == traces.born:
        roots |= everybody.by_session.get(traces.leader, frozenset())
    found, ahead = set(roots), list(roots)
    while ahead:
        fresh = everybody.children.get(ahead.pop(), frozenset()) - found
        found |= fresh
        ahead += fresh
    return [everybody.processes[pid] for pid in sorted(found)]


def look_below(traces: Traces, spared: frozenset[int] = frozenset()) -> list[Process]:
    return _with_descendants([traces.leader] if _is_there(traces) else [], spared)


def look_near(traces: Traces, spared: frozenset[int] = frozenset()) -> list[Process]:
    """As `members`, but for those whom only their environment gives away. In a worker thread: it
    takes 2 us for each process that is not spared."""
    dye, session = dye_of(traces.session), traces.leader if _is_there(traces) else -1
    pids = (int(name) for name in os.listdir(PROC) if name.isdigit())  # noqa: PTH208
    here = (pid for pid in pids if pid not in spared)
    roots = [pid for pid in here if session_of(pid) == session or dye_in(pid) == dye]
    return _with_descendants(roots, spared)


def _is_there(traces: Traces) -> bool:
    """The wrapper itself, and nobody with its number."""
    return is_alive(traces.leader, traces.born)


def _with_descendants(ahead: list[int], spared: frozenset[int]) -> list[Process]:
    found: dict[int, Process] = {}
    while ahead:
        pid = ahead.pop()
        if pid not in found and pid not in spared and (process := look_at(pid)) is not None:
            found[pid] = process
            ahead += children_of(pid)
    return [found[pid] for pid in sorted(found)]


def look_around(spared: frozenset[int], before: Marks | None = None) -> Everybody:
    """In a worker thread: it takes some 20 us for each process that is not the kernel's.

    `before`: the marks that the last look has found.
    """
    known = before or {}
    # Plain strings here and below: paths would cost as much as all the rest.
    pids = (int(name) for name in os.listdir(PROC) if name.isdigit())  # noqa: PTH208
    here = (pid for pid in pids if pid not in spared and not is_of_the_kernel(pid))
    found = {pid: process for pid in here if (process := look_at(pid))}
    marks = {each: _mark_of(each, known) for each in found.values()}
    dyes = {pid: dye for pid in found if (dye := dye_in(pid))}
    return gather(found, marks, dyes)


def _key(process: Process) -> tuple[int, int, str, bytes]:
    return process.pid, process.born, process.name, process.image


def _mark_of(process: Process, known: Marks) -> str | None:
    """None: it cannot be read now, so it is not to be remembered either."""
    mark = known.get(_key(process))
    if mark is not None:
        return mark
    environment = environment_of(process.pid)
    return mark_in(environment) if environment else None


def gather(
    processes: Mapping[int, Process],
    marks: Mapping[Process, str | None],
    dyes: Mapping[int, int],
) -> Everybody:
    marked: dict[str, set[int]] = {}
    dyed: dict[int, set[int]] = {}
    by_session: dict[int, set[int]] = {}
    children: dict[int, set[int]] = {}
    for pid, process in processes.items():
        by_session.setdefault(process.session, set()).add(pid)
        children.setdefault(process.parent, set()).add(pid)
        if mark := marks.get(process):
            marked.setdefault(mark, set()).add(pid)
        if pid in dyes:
            dyed.setdefault(dyes[pid], set()).add(pid)
    known = {_key(process): mark for process, mark in marks.items() if mark is not None}
    groups = _fixed(marked), _fixed(dyed), _fixed(by_session), _fixed(children)
    return Everybody(processes, *groups, known)


def mark_in(environment: bytes) -> str:
    """The session that this environment names; the first counts, as for whoever reads it."""
    _, found, rest = (b"\0" + environment).partition(b"\0" + MARK)
    return rest.partition(b"\0")[0].decode("ascii", "replace") if found else ""


def _fixed(groups: Mapping[K, set[int]]) -> dict[K, frozenset[int]]:
    return {key: frozenset(group) for key, group in groups.items()}
