"""Sessions that cannot be recorded, and wishes of those who have left: they harm nobody else."""

import os
import signal
from pathlib import Path

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from rdvd.bytelog import RecorderProblem, Recording
from rdvd.bytelog.launch import ask_to_leave
from rdvd.recorder import LOG, MARKER

from .recorders import Home, piped, recording_in


def descriptors_of(pid: int | None) -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


async def test_a_session_that_cannot_be_recorded_keeps_no_other_from_it(home: Home):
    for name in ("damaged", "whole"):
        (home.make(name) / MARKER).touch(0o600)
    (home.settings.sessions / "damaged" / LOG).touch(0o600)

    async with recording_in(home) as recording:
        facts = await recording.facts()
        with pytest.raises(RecorderProblem, match="the recorder refuses"):
            await recording.add("damaged")

    assert (1, "") == (facts.sessions, facts.trouble)


async def test_a_session_that_cannot_be_begun_costs_no_descriptor(home: Home):
    directory = home.make("one")
    async with recording_in(home) as recording:
        await recording.add("one")
        home.kill_recorder()  # so that its last segment is open
    (directory / "pane").unlink()

    async with recording_in(home) as recording:
        before = descriptors_of(home.recorder)
        for _ in range(5):
            with pytest.raises(RecorderProblem, match="the recorder refuses"):
                await recording.add("one")

        assert before == descriptors_of(home.recorder)


async def test_what_is_no_pipe_is_refused_however_often_it_is_asked_for(
    home: Home, recording: Recording
):
    directory = home.make("one")
    (directory / "pane").unlink()
    (directory / "pane").touch(0o600)

    for _ in range(2):
        with pytest.raises(RecorderProblem, match="the recorder refuses"):
            await recording.add("one")


def test_only_who_holds_the_lock_is_asked_to_leave(place: Path):
    lock = place / "recorder.lock"
    lock.write_text(f"{os.getpid()}\n")  # of a recorder that is long gone: now it is our number
    heard = list[int]()
    usual = signal.signal(signal.SIGTERM, lambda number, _: heard.append(number))

    try:
        ask_to_leave(lock)
    finally:
        signal.signal(signal.SIGTERM, usual)

    assert [] == heard


async def test_who_leaves_before_a_session_has_ended_takes_its_wish_back(home: Home):
    directory = home.make("one")
    with piped(directory) as cat:
        async with recording_in(home) as recording, trio.open_nursery() as nursery:
            await recording.add("one")
            nursery.start_soon(recording.remove, "one")  # which waits for the end of `cat`
            await wait_all_tasks_blocked()
            await recording.facts()  # by now it has come to the recorder
            nursery.cancel_scope.cancel()

        async with recording_in(home) as recording:
            with recording.unpiped.subscribe() as news:
                await recording.add("one")
                await recording.drain("one")
                cat.kill()
                with trio.fail_after(5):
                    assert "one" == (await anext(aiter(news))).session
