"""What sessions stand on breaks under them: registry, pipes, tmux, directories."""

import errno
import os
import select
import signal
from pathlib import Path

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from actors.testing import crash
from rdvd.bytelog import ByteLog, RecorderProblem, is_piped
from rdvd.bytelog.recording import PATIENCE as RECORDER_PATIENCE
from rdvd.ground.errors import BadInput
from rdvd.sessions import (
    Active,
    Closed,
    Exited,
    Lost,
    Program,
    Session,
    SessionActor,
    pane_of,
    registry,
)
from rdvd.sessions.orphans import find_orphans
from rdvd.sessions.processes import look_at
from rdvd.sessions.transitions import closed

from .house import House, living


async def test_a_restart_that_cannot_be_ends_nothing(house: House, tmp_path: Path):
    place = tmp_path / "place"
    place.mkdir()
    session = await house.new("sleep", "100", directory=str(place))
    place.rmdir()

    with pytest.raises(BadInput, match="no such directory"):
        await (await house.front.actor(session.id)).call(SessionActor.restart)

    assert session == house.front.get(session.id)
    assert look_at(pid_of(session)) is not None


async def test_a_restart_that_fails_in_the_middle_says_at_what(house: House):
    session = await house.new("sleep", "100")
    pipe = house.shop.home(session.id).pipe
    pipe.unlink()
    pipe.symlink_to("nowhere")

    with pytest.raises(RecorderProblem):
        await (await house.front.actor(session.id)).call(SessionActor.restart)

    lost = house.front.get(session.id).state
    assert isinstance(lost, Lost)
    assert lost.reason.startswith("it could not be started again: ")
    assert os.strerror(errno.ELOOP) in lost.reason


async def test_a_recorder_that_stands_still_lets_nothing_begin_and_says_so_soon(house: House):
    await house.front.close((await house.new("cat")).id)
    recorder = (await house.shop.recording.facts()).pid
    assert recorder is not None
    os.kill(recorder, signal.SIGSTOP)
    began = trio.current_time()
    try:
        with pytest.raises(RecorderProblem, match="does not answer"):
            await house.new("cat")
        took = trio.current_time() - began
        left = [each for each in house.front.of(None) if not isinstance(each.state, Closed)]
        orphans = await find_orphans(house.shop)
    finally:
        os.kill(recorder, signal.SIGCONT)

    assert took < RECORDER_PATIENCE
    assert (left, orphans) == ([], [])
    assert isinstance((await house.new("cat")).state, Active)
    assert (await house.shop.recording.facts()).sessions == 1


async def test_a_restart_by_policy_that_cannot_be_is_no_fault_of_ours(tmp_path: Path, run: Path):
    place = tmp_path / "place"
    place.mkdir()
    async with living(tmp_path / "home", run, restart_delay_seconds=0.01) as house:
        program = Program(arguments=("sh", "-c", f"rmdir {place}"))
        session = await house.new(directory=str(place), program=program, restart="always")
        await house.until(session.id, Exited)
        await wait_all_tasks_blocked(0.1)

        assert isinstance(house.front.get(session.id).state, Exited)
        assert [0] == [child.restarts for child in house.nest.snapshot().children]


async def test_the_prompts_of_sessions_outlive_the_registry(house: House):
    session = await house.new("bash", "--norc")
    await house.front.run(session.id, "x=before", 10, 100)

    await crash(house.front.registry)

    again = await house.front.run(session.id, "echo $x", 10, 100)
    assert b"before\r\n" == again.output
    assert [0, 1] == [child.restarts for child in house.side.snapshot().children]


async def test_the_net_under_ends_does_not_fall_over_sessions_that_are_being_closed(
    tmp_path: Path, run: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(registry, "SWEEP_SECONDS", 0.01)
    async with living(tmp_path, run) as house:
        for _ in range(3):
            await house.front.close((await house.new("sleep", "100")).id)

        assert [0, 0] == [child.restarts for child in house.side.snapshot().children]


async def test_a_pane_whose_pipe_was_killed_is_piped_again_and_the_gap_is_marked(house: House):
    session = await house.new("cat")
    actor = await house.front.actor(session.id)
    await actor.call(SessionActor.paste, "before", enter=True)
    await house.printed(session, b"before\r\nbefore")

    kill_pipe(house, session)

    await until_piped(house, session)
    await actor.call(SessionActor.paste, "after", enter=True)
    await house.printed(session, b"after\r\nafter")
    log = ByteLog(house.shop.home(session.id).path)
    assert ["pipe broken"] == [gap.why for gap in log.gaps()]
    assert [] == log.verify()


async def test_a_pipe_that_was_killed_while_we_were_away_is_found(tmp_path: Path, run: Path):
    async with living(tmp_path, run) as house:
        session = await house.new("cat")
        await house.shop.recording.drain(session.id)

    kill_pipe(house, session)

    async with living(tmp_path, run) as house:
        await until_piped(house, session)
        actor = await house.front.actor(session.id)
        await actor.call(SessionActor.paste, "after", enter=True)
        await house.printed(session, b"after\r\nafter")
        assert 1 == len(ByteLog(house.shop.home(session.id).path).gaps())


async def test_a_pipe_that_is_killed_again_and_again_is_not_given_up(house: House):
    session = await house.new("cat")
    await house.shop.recording.drain(session.id)

    for _ in range(2):
        kill_pipe(house, session)
        await until_piped(house, session)

    assert 2 == (await house.shop.recording.facts()).gaps


async def test_an_end_or_a_restart_marks_no_gap(house: House):
    session = await house.new("sleep", "100")
    await (await house.front.actor(session.id)).call(SessionActor.restart)
    await house.front.close(session.id)

    assert [] == ByteLog(house.shop.home(session.id).path).gaps()


def kill_pipe(house: House, session: Session) -> None:
    """What tmux pipes this session into."""
    pid = int(house.shop.home(session.id).pipe_pid.read_text())
    descriptor = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    select.select([descriptor], [], [], 5)
    os.close(descriptor)


async def until_piped(house: House, session: Session) -> None:
    while not is_piped(house.shop.home(session.id).path):
        await trio.lowlevel.checkpoint()


async def test_what_tmux_did_not_let_go_of_at_a_close_is_cleared_away_later(
    tmp_path: Path, run: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(registry, "SWEEP_SECONDS", 0.05)
    async with living(tmp_path, run) as house:
        session = await house.until((await house.new("true")).id, Exited)
        house.shop.roster.put(closed(session, 1))  # and a tmux that stood still
        marker = house.shop.home(session.id).path / "recording"

        while await find_orphans(house.shop) or marker.exists():
            await trio.lowlevel.checkpoint()


def pid_of(session: Session) -> int:
    pane = pane_of(session)
    assert pane is not None
    return pane.pid
