"""The daemon comes back: it finds every session, and knows exactly what happened meanwhile."""

import os
import signal
import subprocess
from pathlib import Path

import pytest
import trio
from attrs import evolve
from trio.testing import wait_all_tasks_blocked

from rdvd.bytelog import HANDSHAKE
from rdvd.sessions import (
    Active,
    Exited,
    Lost,
    Program,
    Session,
    SessionActor,
    Suspended,
    pane_of,
)
from rdvd.sessions.finding import is_only_a_fork, program_in
from rdvd.sessions.homes import Home, wrapped
from rdvd.sessions.processes import children_of, is_alive, look_at
from rdvd.sessions.sights import screen_of

from .house import House, end_recorder, living


async def test_what_lives_is_adopted_as_it_was(tmp_path: Path, run: Path):
    async with living(tmp_path, run) as house:
        first = await house.new("cat")
        second = await house.new("sleep", "100")
        actor = await house.front.actor(second.id)
        frozen = await actor.call(SessionActor.suspend, freezes=True)

    async with living(tmp_path, run) as house:
        assert [first, frozen] == house.front.of(None)
        actor = await house.front.actor(first.id)
        await actor.call(SessionActor.paste, "still here", enter=True)
        await house.printed(first, b"still here\r\nstill here")


async def test_an_end_while_we_were_away_is_known_exactly(tmp_path: Path, run: Path):
    async with living(tmp_path, run) as house:
        session = await house.new("sh", "-c", "read line; echo $line; exit 42")
        sleeper = await house.new("sleep", "100")
        pane = pane_of(session)
        assert pane is not None
        actor = await house.front.actor(session.id)
        server, socket = pane.server, house.shop.tmux.settings.socket(pane.server)
    tmux = ["tmux", "-S", str(socket), "send-keys", "-t", f"={session.tmux_name}:"]
    await trio.run_process([*tmux, "last words", "Enter"])
    await wait_for_end_of(session)

    async with living(tmp_path, run) as house:
        ended = house.front.get(session.id)
        assert isinstance(ended.state, Exited)
        assert 42 == ended.state.exit.code
        screen = await screen_of(house.shop, ended, with_escapes=False)
        assert "last words" in screen.content
        assert isinstance(house.front.get(sleeper.id).state, Active)
        assert (server, actor) is not None


async def wait_for_end_of(session: Session) -> None:
    pane = pane_of(session)
    assert pane is not None
    try:
        descriptor = os.pidfd_open(pane.pid)
    except ProcessLookupError:
        return  # it was quicker
    await trio.lowlevel.wait_readable(descriptor)
    os.close(descriptor)


async def test_when_tmux_is_killed_its_sessions_are_lost_and_can_be_begun_again(
    house: House, tmp_path: Path
):
    out = tmp_path / "out"
    program = Program(
        arguments=("sh", "-c", f'echo "$MINE in $(pwd)" >>{out}; sleep 100'),
        environment={"MINE": "mine"},
    )
    session = await house.new(program=program)
    facts = house.shop.tmux.facts().servers[0]
    assert facts.pid is not None

    os.kill(facts.pid, signal.SIGKILL)
    lost = await house.until(session.id, Lost)

    assert isinstance(lost.state, Lost)
    assert lost.state.reason
    alive, failed = await house.front.restore(house.user)
    assert ([session.id], {}) == ([each.id for each in alive], failed)
    assert isinstance(house.front.get(session.id).state, Active)


async def test_a_session_that_cannot_be_recorded_is_there_all_the_same(tmp_path: Path, run: Path):
    async with living(tmp_path, run) as house:
        session = await house.new("cat")
    end_recorder(run / "recorder.pid")
    log = tmp_path / "sessions" / session.id / "log"
    log.rename(log.with_name("moved away"))
    log.touch()

    async with living(tmp_path, run) as house:
        assert isinstance(house.front.get(session.id).state, Active)
        await house.front.close(session.id)


async def test_after_a_reboot_what_ran_is_begun_again_if_so_configured(tmp_path: Path, run: Path):
    async with living(tmp_path, run) as house:
        session = await house.new("sleep", "100")
        closed = await house.new("sleep", "100")
        await house.front.close(closed.id)
        facts = house.shop.tmux.facts().servers[0]
        assert facts.pid is not None
    os.kill(facts.pid, signal.SIGKILL)
    await wait_for_end_of(session)

    async with living(tmp_path, run, restores=True) as house:
        again = await house.until(session.id, Active)
        assert 1 == again.restarts.count
        assert 1 == len([each for each in house.front.of(None) if isinstance(each.state, Active)])


async def test_while_tmux_stands_still_ends_are_known_and_the_rest_is_refused(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    session = await house.new("sh", "-c", "echo up; read line")
    await house.printed(session, b"up")
    facts = house.shop.tmux.facts().servers[0]
    pane = pane_of(session)
    assert facts.pid is not None
    assert pane is not None
    os.kill(facts.pid, signal.SIGSTOP)
    try:
        for process in (await house.members(session))[1:]:
            os.kill(process.pid, signal.SIGTERM)
        ended = await house.until(session.id, Exited)
    finally:
        os.kill(facts.pid, signal.SIGCONT)

    assert isinstance(ended.state, Exited)
    assert signal.SIGTERM == ended.state.exit.signal


async def test_a_restart_keeps_the_log_and_ends_what_ran(house: House):
    session = await house.new("sh", "-c", "echo one of two; sleep 100")
    await house.printed(session, b"one of two")
    before = pane_of(session)
    assert before is not None
    actor = await house.front.actor(session.id)

    again = await actor.call(SessionActor.restart)

    await house.printed(again, b"one of two\r\n" + HANDSHAKE + b"one of two")
    assert not is_alive(before.pid, before.born)
    assert 1 == again.restarts.count


async def test_an_agent_goes_on_with_its_conversation(tmp_path: Path, run: Path):
    agent = tmp_path / "agent"
    agent.write_text('#!/bin/sh\necho "agent <$*> for $RDV_AGENT_PROVIDER"; sleep 100\n')
    agent.chmod(0o700)
    agents = {"claude": (str(agent), "--flag"), "codex": (str(agent),)}
    async with living(tmp_path, run, agents=agents) as house:
        claude = await house.new(program=Program(agent="claude"))
        codex = await house.new(program=Program(agent="codex"))
        told = f"--flag --session-id {claude.conversation}>".encode()
        await house.printed(claude, told)
        await house.printed(codex, b"agent <> for codex")
        await house.front.change(codex.id, lambda each: evolve(each, conversation="c-1"))

        for session in (claude, codex):
            await (await house.front.actor(session.id)).call(SessionActor.restart)

        await house.printed(claude, f"--resume {claude.conversation}>".encode())
        await house.printed(codex, b"agent <resume c-1> for codex")


def test_a_login_shell_is_begun_again_by_its_file():
    assert ("/bin/bash", "-l") == program_in(("-bash",), "/bin/bash")
    assert ("vi", "x y") == program_in(("vi", "x y"), "/usr/bin/vim")
    command = wrapped(Home(Path("/sessions/id")), ("vi", "x"))
    assert ("vi", "x") == program_in(command, "/bin/dash")


def test_a_fork_is_told_from_the_program_that_it_becomes():
    """What tmux has just forked looks like tmux: its command and its variables are not its own."""
    script = "exec 3<&0; { echo up; read _; exec cat; } <&3 & wait"
    pipe = subprocess.PIPE
    with subprocess.Popen(["sh", "-c", script], stdin=pipe, stdout=pipe) as shell:
        assert shell.stdin is not None
        assert shell.stdout is not None
        shell.stdout.readline()
        (child,) = children_of(shell.pid)
        fork = look_at(child)
        assert fork is not None
        assert is_only_a_fork(fork)
        shell.stdin.write(b"go\nhello\n")
        shell.stdin.flush()
        assert shell.stdout.readline() == b"hello\n"
        program = look_at(child)
        assert program is not None
        assert program == fork  # the same process
        assert not is_only_a_fork(program)
        shell.stdin.close()


async def test_nothing_that_we_do_stops_a_session(tmp_path: Path, run: Path):
    """The supervisor of all sessions falls, and with it the registry."""
    async with living(tmp_path, run) as house:
        sessions = [await house.new("sleep", "100") for _ in range(3)]
        house.nest.stop()
        await wait_all_tasks_blocked(0.05)
        again = await house.new("sleep", "100")

        assert [*sessions, again] == house.front.of(None)
        for session in sessions:
            pane = pane_of(session)
            assert pane is not None
            assert is_alive(pane.pid, pane.born)
            await house.front.close(session.id)


async def test_a_hundred_are_adopted_within_a_second(tmp_path: Path, run: Path):
    async with living(tmp_path, run) as house, trio.open_nursery() as nursery:
        for _ in range(100):
            nursery.start_soon(house.new, "sleep", "100")

    began = trio.current_time()
    async with living(tmp_path, run) as house:
        seconds = trio.current_time() - began
        assert 100 == sum(isinstance(each.state, Active) for each in house.front.of(None))
        assert not any(isinstance(each.state, Suspended) for each in house.front.of(None))
        async with trio.open_nursery() as nursery:
            for session in house.front.of(None):
                nursery.start_soon(house.front.close, session.id)
    assert seconds < 2  # half of it is what the rest of the house needs on a loaded machine
