"""What goes wrong with tmux while we work: callers hear it at once, and it heals by itself."""

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
import trio
import trio.testing

from actors import Topic
from actors.testing import recording
from rdvd.tmux import (
    HIDDEN,
    Abilities,
    Changed,
    ServerBack,
    ServerGone,
    Tmux,
    TmuxChange,
    TmuxUnavailable,
    list_panes,
    new_session,
)
from rdvd.tmux.connection import Connection
from rdvd.tmux.greeting import Hello
from rdvd.tmux.server import Server
from rdvd.tmux.state import Ready
from rdvd.tmux.types import Way

from .servers import PROGRAM, control_clients, pid_of, serving, session


async def answers(tmux: Tmux, server: int) -> bool:
    return await tmux.run(server, "display-message", "-p", "yes") == (b"yes",)


async def test_a_server_that_is_killed_is_told_and_started_again_when_needed(run: Path):
    async with serving(run) as tmux:
        server = await tmux.server_with_room()
        await new_session(tmux, server, session("rdv-a"))
        with recording(tmux.changes) as told:
            os.kill(pid_of(tmux, server), signal.SIGKILL)
            gone = await told.wait_for(ServerGone)
            with pytest.raises(TmuxUnavailable):
                await tmux.run(server, "list-sessions")
            assert (gone.server, tmux.servers()) == (server, ())
            assert await tmux.check() == ()
            assert await tmux.server_with_room() == server
            assert await answers(tmux, server)


async def test_whoever_waits_when_the_server_dies_hears_it_at_once(run: Path):
    async with serving(run) as tmux:
        server = await tmux.server_with_room()
        pid = pid_of(tmux, server)
        os.kill(pid, signal.SIGSTOP)
        began = trio.current_time()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(expect_unavailable, tmux, server)
            await trio.testing.wait_all_tasks_blocked()
            os.kill(pid, signal.SIGKILL)
        assert trio.current_time() - began < 2


async def expect_unavailable(tmux: Tmux, server: int) -> None:
    with pytest.raises(TmuxUnavailable) as refused:
        await tmux.run(server, "display-message", "-p", "x")
    assert refused.value.may_have_run


async def test_a_connection_that_dies_comes_back_and_says_look_again(run: Path):
    async with serving(run) as tmux:
        server = await tmux.server_with_room()
        await new_session(tmux, server, session("rdv-a"))
        before = pid_of(tmux, server)
        for _ in range(3):
            with recording(tmux.changes) as told:
                os.kill(control_clients()[0], signal.SIGKILL)
                await told.wait_for(ServerBack)
                assert await answers(tmux, server)
                assert not any(isinstance(event, ServerGone) for event in told.events)
        assert pid_of(tmux, server) == before
        assert tmux.facts().reconnects == 3
        assert len(await list_panes(tmux, server)) == 1


async def test_a_server_that_stands_still_times_out_is_named_and_recovers(run: Path):
    async with serving(run, answer_seconds=2) as tmux:
        server = await tmux.server_with_room()
        pid = pid_of(tmux, server)
        os.kill(pid, signal.SIGSTOP)
        with pytest.raises(TmuxUnavailable, match=r"did not answer within 2 s"):
            await tmux.run(server, "list-sessions")
        began = trio.current_time()
        with pytest.raises(TmuxUnavailable):
            await tmux.run(server, "list-sessions")
        assert trio.current_time() - began < 0.2
        (said,) = await tmux.check()
        assert "did not answer" in said
        assert [facts.condition for facts in tmux.facts().servers] == ["silent"]
        with recording(tmux.changes) as told:
            os.kill(pid, signal.SIGCONT)
            await told.wait_for(ServerBack)
        assert await answers(tmux, server)
        assert await tmux.check() == ()


async def test_a_daemon_that_starts_beside_a_server_that_stands_still_starts_all_the_same(
    run: Path,
):
    async with serving(run) as tmux:
        pid = pid_of(tmux, await tmux.server_with_room())
    os.kill(pid, signal.SIGSTOP)
    async with serving(run, answer_seconds=1) as tmux:
        with pytest.raises(TmuxUnavailable, match="tmux server 0"):
            await tmux.run(0, "list-sessions")
        with recording(tmux.changes) as told:
            os.kill(pid, signal.SIGCONT)
            await told.wait_for(ServerBack)
        assert await answers(tmux, 0)


async def test_our_own_session_that_somebody_killed_is_made_again(run: Path):
    async with serving(run) as tmux:
        server = await tmux.server_with_room()
        await new_session(tmux, server, session("rdv-a"))
        with recording(tmux.changes) as told:
            with suppress(TmuxUnavailable):
                await tmux.run(server, "kill-session", "-t", f"={HIDDEN}")
            await told.wait_for(ServerBack)
        assert [pane.session for pane in await list_panes(tmux, server)] == ["rdv-a"]


async def test_what_happens_to_sessions_is_hinted_at(run: Path):
    async with serving(run) as tmux:
        server = await tmux.server_with_room()
        with recording(tmux.changes) as told:
            await new_session(tmux, server, session("rdv-a"))
            assert await told.wait_for(Changed) == Changed(server)
        with recording(tmux.changes) as told:
            await tmux.run(server, "kill-session", "-t", "=rdv-a")
            await told.wait_for(Changed)


async def test_a_stale_gateway_is_killed_and_nobody_elses_client(run: Path):
    """A daemon that was killed can leave one behind that hinders the server from ending."""
    async with serving(run) as tmux:
        server = await tmux.server_with_room()
        await new_session(tmux, server, session("rdv-a"))
    ours, other = control_client(run, HIDDEN), control_client(run, "rdv-a")
    try:
        async with serving(run) as tmux:
            assert await answers(tmux, server)
            assert await trio.to_thread.run_sync(ours.wait) in (0, -signal.SIGKILL)
            clients = await tmux.run(server, "list-clients", "-F", "#{session_name}")
            assert sorted(clients) == [b"rdv-a", HIDDEN.encode()]
            assert other.poll() is None
    finally:
        for process in (ours, other):
            process.kill()
            process.communicate()


def control_client(run: Path, name: str) -> "subprocess.Popen[bytes]":
    """Attached when its first block has been read."""
    command = [run / PROGRAM, "-S", run / "tmux-0.sock", "-C", "new-session", "-A", "-s", name]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    while not process.stdout.readline().startswith(b"%end"):
        pass
    return process


async def test_a_server_that_has_ended_this_moment_is_nudged_in_vain():
    gone = await trio.lowlevel.open_process(["true"])
    await gone.wait()
    streams = trio.testing.memory_stream_pair()
    server = Server(
        0, Path("/nowhere/tmux-0.sock"), launch=never, program=str, environ={}, history_limit=0,
        patience=1, changes=Topic[TmuxChange]("changes"),
    )  # fmt: skip
    connection = Connection(*streams, patience=1, on_notice=lambda: None)
    server.state = Ready(connection, Hello("3.3a", gone.pid, Abilities({})))

    server.nudge()


async def never(_: int) -> Way:
    raise AssertionError
