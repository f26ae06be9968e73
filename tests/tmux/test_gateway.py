"""The gateway and real tmux servers: started, configured, shared, left alone."""

import socket
from pathlib import Path

import pytest
import trio

from rdvd.tmux import (
    HIDDEN,
    TargetGone,
    Tmux,
    TmuxMisunderstood,
    TmuxRefused,
    TmuxSettings,
    TmuxUnavailable,
    list_panes,
    new_session,
)

from .servers import ask, children, control_clients, environment, pid_of, serving, session


async def test_no_server_and_no_process_is_started_just_because_the_daemon_is(run: Path):
    before = children()
    async with serving(run) as tmux:
        assert children() == before
        assert (tmux.facts().servers, tmux.servers()) == ((), ())
        assert await tmux.check() == ()


async def test_commands_of_many_are_answered_each_with_its_own(run: Path):
    found: dict[int, bytes] = {}

    async def one(tmux: Tmux, server: int, number: int) -> None:
        (found[number],) = await tmux.run(server, "display-message", "-p", f"n{number}")

    async with serving(run) as tmux:
        server = await tmux.server_with_room()
        async with trio.open_nursery() as nursery:
            for number in range(200):
                nursery.start_soon(one, tmux, server, number)

    assert found == {number: b"n%d" % number for number in range(200)}


async def test_a_refusal_has_tmuxs_words_and_a_kind(run: Path):
    async with serving(run) as tmux:
        server = await tmux.server_with_room()
        with pytest.raises(TargetGone, match="can't find session: nope"):
            await tmux.run(server, "kill-session", "-t", "=nope")
        with pytest.raises(TmuxMisunderstood, match="unknown command"):
            await tmux.run(server, "make-coffee")
        with pytest.raises(TmuxRefused, match="duplicate session"):
            await tmux.run(server, "new-session", "-d", "-s", HIDDEN)


async def test_a_batch_runs_to_its_end_and_raises_the_first_refusal(run: Path):
    commands = [("kill-pane", "-t", "%77"), ("set-option", "-s", "@x", "y")]
    async with serving(run) as tmux:
        server = await tmux.server_with_room()
        with pytest.raises(TargetGone):
            await tmux.batch(server, commands)
        assert await tmux.run(server, "show-options", "-sv", "@x") == (b"y",)
        first, second = await tmux.attempt(server, commands)
        assert (type(first), second) == (TargetGone, ())


async def test_every_server_is_configured_before_anybody_is_let_in(run: Path):
    expected = {
        "prefix": "None", "prefix2": "None", "status": "off", "mouse": "off",
        "history-limit": "1234", "remain-on-exit": "on", "remain-on-exit-format": "",
        "allow-rename": "off", "automatic-rename": "off",
    }  # fmt: skip
    async with serving(run, history_limit=1234) as tmux:
        server = await tmux.server_with_room()
        await new_session(tmux, server, session("rdv-a"))
        asked = [("show-options", "-Agv", "-t", "=rdv-a:", name) for name in expected]
        answers = await tmux.batch(server, asked)
        sized = await tmux.run(server, "show-options", "-wv", "-t", "=rdv-a:", "window-size")
        servers = ("escape-time", "exit-empty", "set-clipboard")
        of_server = await tmux.batch(server, [("show-options", "-sv", name) for name in servers])
        keys = [
            await tmux.attempt(server, [("list-keys", "-T", table)]) for table in ("root", "prefix")
        ]

    told = [b"".join(answer).decode() for answer in answers]
    assert dict(zip(expected, told, strict=True)) == expected
    assert (sized, of_server) == ((b"manual",), ((b"0",), (b"off",), (b"off",)))
    assert not any(
        b"bind" in line for (answer,) in keys if isinstance(answer, tuple) for line in answer
    )


async def test_nothing_of_the_daemons_own_environment_reaches_a_pane(run: Path):
    environ = environment(RDV_SESSION_TOKEN="secret", NOTIFY_SOCKET="/x", TMUX="/y", LC_TIME="C")
    async with serving(run, environ) as tmux:
        server = await tmux.server_with_room()
        told = b"\n".join(await tmux.run(server, "show-environment", "-g")).decode()
        pid = pid_of(tmux, server)
        assert directory_of(pid) == Path("/")

    names = {line.partition("=")[0] for line in told.splitlines()}
    assert {"PATH", "HOME", "LC_TIME"} <= names
    assert names.isdisjoint({"RDV_SESSION_TOKEN", "NOTIFY_SOCKET", "TMUX"})


def directory_of(pid: int) -> Path:
    return Path(f"/proc/{pid}/cwd").readlink()


async def test_sessions_stay_when_the_daemon_goes_and_are_found_when_it_is_back(run: Path):
    async with serving(run) as tmux:
        server = await tmux.server_with_room()
        created = await new_session(tmux, server, session("rdv-a"))
    assert control_clients() == []

    async with serving(run) as tmux:
        assert tmux.servers() == (server,)
        (pane,) = await list_panes(tmux, server)
    assert (pane.session, pane.pid) == ("rdv-a", created.pid)


async def test_a_server_whose_socket_was_removed_is_found_with_its_sessions(run: Path):
    async with serving(run) as tmux:
        server = await tmux.server_with_room()
        created = await new_session(tmux, server, session("rdv-a"))
    (run / "tmux-0.sock").unlink()

    async with serving(run) as tmux:
        assert tmux.servers() == (server,)
        (pane,) = await list_panes(tmux, server)
    assert (pane.session, pane.pid) == ("rdv-a", created.pid)


async def test_a_server_is_filled_before_the_next_is_started(run: Path):
    async with serving(run, sessions_per_server=2) as tmux:
        numbers: list[int] = []
        for name in ("rdv-a", "rdv-b", "rdv-c"):
            numbers.append(await tmux.server_with_room())
            await new_session(tmux, numbers[-1], session(name))

    assert numbers == [0, 0, 1]


async def test_those_who_ask_at_once_share_the_room_too(run: Path):
    numbers: list[int] = []

    async def one(tmux: Tmux, name: str) -> None:
        server = await tmux.server_with_room()
        await new_session(tmux, server, session(name))
        numbers.append(server)

    async with serving(run, sessions_per_server=2) as tmux, trio.open_nursery() as nursery:
        for name in "abcde":
            nursery.start_soon(one, tmux, f"rdv-{name}")

    assert sorted(numbers) == [0, 0, 1, 1, 2]


async def test_a_server_that_was_never_there_is_refused_at_once(run: Path):
    async with serving(run) as tmux:
        with pytest.raises(TmuxUnavailable, match="no tmux server 7"):
            await tmux.run(7, "list-sessions")


async def test_a_gateway_that_does_not_run_refuses(run: Path):
    with pytest.raises(TmuxUnavailable, match="does not run"):
        await Tmux(TmuxSettings(run), environment()).server_with_room()


async def test_a_socket_that_nobody_holds_is_no_server_and_no_obstacle(run: Path):
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(run / "tmux-0.sock"))

    async with serving(run) as tmux:
        assert [facts.condition for facts in tmux.facts().servers] == ["absent"]
        assert await tmux.check() == ()
        assert await tmux.server_with_room() == 0
        assert ask(run, run / "tmux-0.sock", "list-sessions").startswith(HIDDEN)


async def test_what_lies_in_the_way_is_named_and_left_alone(run: Path):
    obstacle = run / "tmux-0.sock"
    await trio.Path(obstacle).write_text("precious")

    async with serving(run) as tmux:
        with pytest.raises(TmuxUnavailable, match="is a file where a socket belongs"):
            await tmux.run(0, "list-sessions")

    assert await trio.Path(obstacle).read_text() == "precious"
    await trio.Path(obstacle).unlink()


async def test_what_a_server_can_do_is_asked_of_itself(run: Path):
    async with serving(run) as tmux:
        able = tmux.abilities(await tmux.server_with_room())

    assert able.can("refresh-client", "B")
    assert able.can("pipe-pane", "IO")
    assert not able.can("pipe-pane", "Z")
    assert not able.can("make-coffee")


async def test_what_came_of_commands_is_counted(run: Path):
    async with serving(run) as tmux:
        server = await tmux.server_with_room()
        before = tmux.facts()
        await tmux.attempt(server, [("has-session",), ("kill-pane", "-t", "%77")])
        with trio.CancelScope() as leaving:
            leaving.cancel()
            await tmux.run(server, "has-session")
        with pytest.raises(TmuxUnavailable):
            await tmux.run(9, "has-session")
        after = tmux.facts()

    gained = {name: after.outcomes[name] - before.outcomes[name] for name in after.outcomes}
    assert gained == {"ok": 1, "refused": 1, "unavailable": 1, "abandoned": 1}
