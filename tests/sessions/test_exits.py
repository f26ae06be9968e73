"""Many ends of every kind at once: no tail and no status is lost, and nothing is left over."""

import os
import platform
import resource
import shlex
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager
from itertools import count, islice
from pathlib import Path

import pytest
import trio

from rdvd.bytelog import HANDSHAKE, ByteLog
from rdvd.sessions import Exited, Session, SessionActor
from rdvd.sessions.ending import wait_for_ends
from rdvd.sessions.processes import is_alive, look_at
from rdvd.tmux import list_panes

from .house import House, living

MANY = int(os.environ.get("RDV_TEST_EXITS", "60"))
Kind = tuple[str, int | None, int | None]

EXIT_THREAD = 60 if platform.machine() == "x86_64" else 93
HEADLESS = (
    "import ctypes, threading, time; threading.Thread(target=time.sleep, args=(60,)).start();"
    f'print("headless", flush=True); ctypes.CDLL(None).syscall({EXIT_THREAD}, 0)'
)

KINDS: list[Kind] = [
    ("exit 0", 0, None),
    ("exit 7", 7, None),
    ("exit 255", 255, None),
    ("kill -KILL $$", None, signal.SIGKILL),
    ("kill -TERM $$", None, signal.SIGTERM),
    ("kill -SEGV $$", None, signal.SIGSEGV),
    ("exec /nowhere/at/all", 127, None),
    ("exec /etc/passwd", 126, None),
]


async def test_no_tail_and_no_status_is_lost(house: House):
    """Each prints a thousand lines right before its end; all end at about the same time."""
    wanted: dict[str, Kind] = {}

    async def begin(number: int) -> None:
        kind = KINDS[number % len(KINDS)]
        session = await house.new("sh", "-c", f"seq 1000; {kind[0]}", name=f"{number}")
        wanted[session.id] = kind

    async with trio.open_nursery() as nursery:
        for number in range(MANY):
            nursery.start_soon(begin, number)
    for id, (_, code, number) in wanted.items():
        ended = await house.until(id, Exited)
        assert isinstance(ended.state, Exited)
        assert (code, number) == (ended.state.exit.code, ended.state.exit.signal)
    for session in house.front.of(None):
        assert await has_its_tail(house, session)


async def has_its_tail(house: House, session: Session) -> bool:
    end = await house.shop.recording.drain(session.id)
    log = ByteLog(house.shop.home(session.id).path)
    tail = log.read(max(0, end - 400), 400).data
    return b"\r\n999\r\n1000\r\n" in tail and tail.endswith(HANDSHAKE)


async def test_an_end_is_known_soon(house: House):
    """Within 0.2 s on a machine that has nothing else to do; a loaded one may take its time."""
    session = await house.new("sh", "-c", "read line")
    actor = await house.front.actor(session.id)
    seconds: list[float] = []
    for _ in range(3):
        began = trio.current_time()
        await actor.call(SessionActor.press, ("Enter",))
        await house.until(session.id, Exited)
        seconds.append(trio.current_time() - began)
        await actor.call(SessionActor.restart)

    assert min(seconds) < 0.2


async def test_many_are_begun_and_closed_at_once_and_nothing_is_left(tmp_path: Path, run: Path):
    async with living(tmp_path, run) as house:
        await house.front.close((await house.new("sleep", "100")).id)
        descriptors = open_descriptors()

        async def one() -> None:
            session = await house.new("sh", "-c", "sleep 100 & sleep 101")
            left = await house.front.close(session.id)
            assert () == left.survivors

        async with trio.open_nursery() as nursery:
            for _ in range(MANY):
                nursery.start_soon(one)

        assert () == await list_panes(house.shop.tmux, 0)
        assert descriptors >= open_descriptors() - 2  # of threads that the pool keeps
        everybody = await house.shop.census.look()
        assert not everybody.marked.keys() & {each.id for each in house.front.of(None)}
        assert not house.shop.roster.panes()


def open_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_nobody_is_taken_for_dead_because_we_have_no_descriptor_left():
    me = look_at(os.getpid())
    assert me is not None

    with descriptors(3), pytest.raises(OSError, match="Too many open files"):
        is_alive(me.pid, me.born)


async def test_more_processes_than_descriptors_are_waited_for():
    sleepers = [await trio.lowlevel.open_process(["sleep", "100"]) for _ in range(80)]
    found = [each for one in sleepers if (each := look_at(one.pid)) is not None]

    with descriptors(limit_that_leaves(40)), trio.move_on_after(0.1) as patience:
        await wait_for_ends(found)

    assert (80, True) == (len(found), patience.cancelled_caught)
    for each in sleepers:
        each.kill()
        await each.wait()


async def test_a_program_whose_first_thread_has_ended_is_ended_with_its_session(house: House):
    session = await house.new(
        "sh", "-c", f"{shlex.quote(sys.executable)} -c '{HEADLESS}' & sleep 100"
    )
    await house.printed(session, b"headless")
    while all(each.state != "Z" for each in await house.members(session)):
        pass
    (headless,) = [each for each in await house.members(session) if each.state == "Z"]

    left = await house.front.close(session.id)

    assert () == left.survivors
    assert not is_alive(headless.pid, headless.born)


def limit_that_leaves(descriptors: int) -> int:
    taken = {int(each.name) for each in Path("/proc/self/fd").iterdir()}
    free = (number for number in count() if number not in taken)
    return next(islice(free, descriptors, None))


@contextmanager
def descriptors(most: int) -> Generator[None, None, None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
