"""Sessions in a real tmux: made whole or not at all, and told truthfully."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import trio

from actors.testing import recording
from rdvd.ground.errors import BadInput
from rdvd.tmux import (
    Changed,
    NewSession,
    Pane,
    Size,
    TargetGone,
    Tmux,
    TmuxRefused,
    capture,
    kill_session,
    list_panes,
    new_session,
    piping,
    resize_window,
    respawn,
)

from .servers import serving, session

HOSTILE = "x\n%end 1 2 1\n%begin 1 2 1\t\x1b[31m<00>#{pane_id}"


async def until(tmux: Tmux, server: int, holds: Callable[[Pane], bool]) -> Pane:
    """The one pane, as soon as this holds."""
    while True:
        (pane,) = await list_panes(tmux, server)
        if holds(pane):
            return pane


async def test_a_new_session_has_what_was_asked_for(run: Path, tmp_path: Path):
    new = NewSession(
        "rdv-a", ("sleep", "1000"), str(tmp_path), Size(100, 30), options={"@id": "a;b #{x}"}
    )
    async with serving(run) as tmux:
        server = await tmux.server_with_room()
        created = await new_session(tmux, server, new)
        pane = await until(tmux, server, lambda pane: pane.command == "sleep" and pane.path != "")

    assert (pane.server, pane.session, pane.id) == (server, "rdv-a", "a;b #{x}")
    assert (pane.session_id, pane.pane_id, pane.pid) == (
        created.session_id, created.pane_id, created.pid,
    )  # fmt: skip
    assert (pane.size, pane.path) == (Size(100, 30), str(tmp_path))
    assert not any((pane.is_dead, pane.in_mode, pane.alternate_on, pane.is_piped))


async def test_a_single_word_is_a_program_and_no_shell_command(run: Path):
    async with serving(run) as tmux:
        server = await tmux.server_with_room()
        await new_session(tmux, server, NewSession("rdv-a", ("echo; sleep 1000",), "/"))
        pane = await until(tmux, server, lambda pane: pane.is_dead)

    assert pane.dead_status == 127


async def test_a_session_of_which_a_part_was_refused_is_not_left_behind(run: Path):
    async with serving(run) as tmux:
        server = await tmux.server_with_room()
        with pytest.raises(TmuxRefused, match="invalid option"):
            await new_session(tmux, server, session("rdv-a"), ("set-option", "nonesuch", "x"))
        with pytest.raises(TmuxRefused, match="duplicate session"):
            await new_session(tmux, server, session("rdvd-gateway"))
        assert await list_panes(tmux, server) == ()


async def test_a_session_that_is_there_already_is_not_harmed_by_another_of_its_name(run: Path):
    async with serving(run) as tmux:
        server = await tmux.server_with_room()
        first = await new_session(tmux, server, session("rdv-a"))
        with pytest.raises(TmuxRefused, match="duplicate session"):
            await new_session(tmux, server, session("rdv-a"))
        (pane,) = await list_panes(tmux, server)

    assert pane.pid == first.pid


@pytest.mark.parametrize("size", [Size(0, 24), Size(80, 0), Size(10_001, 24), Size(-1, -1)])
async def test_a_size_that_no_terminal_has_is_refused(run: Path, size: Size):
    async with serving(run) as tmux:
        server = await tmux.server_with_room()
        with pytest.raises(BadInput, match="1 to 10,000"):
            await new_session(tmux, server, NewSession("rdv-a", ("cat", "-"), "/", size))
        await new_session(tmux, server, session("rdv-b"))
        with pytest.raises(BadInput, match="1 to 10,000"):
            await resize_window(tmux, server, "=rdv-b:", size)


async def test_no_title_path_or_option_can_forge_a_field(run: Path, tmp_path: Path):
    directory = tmp_path / HOSTILE.replace("/", "")
    directory.mkdir()
    new = NewSession("rdv-a", ("cat", "-"), str(directory), options={"@id": HOSTILE})
    async with serving(run) as tmux:
        server = await tmux.server_with_room()
        await new_session(tmux, server, new)
        await until(tmux, server, lambda pane: pane.path != "")
        await new_session(tmux, server, session("rdv-b"))
        panes = await list_panes(tmux, server)

    assert [pane.session for pane in panes] == ["rdv-a", "rdv-b"]
    assert panes[0].id.startswith("x\n%end 1 2 1\n%begin 1 2 1")
    assert panes[0].path.startswith(str(tmp_path))


async def test_what_is_on_the_screen_comes_back_whatever_it_says(run: Path):
    lines = ["%end 1 2 1", "%begin 1 2 1", "%exit", "%error 1 2 1", "é 漢字", "last"]
    async with serving(run) as tmux:
        server = await tmux.server_with_room()
        command = ("/bin/sh", "-c", 'printf "%s\\n" "$@"; exec cat', "sh", *lines)
        pane = (await new_session(tmux, server, NewSession("rdv-a", command, "/"))).pane_id
        while True:
            shown = [line.decode() for line in await capture(tmux, server, pane)]
            if "last" in shown:
                break

    assert shown[: len(lines)] == lines


async def test_history_colours_and_joined_lines_are_captured_when_asked_for(run: Path):
    script = "printf '\\033[31mred\\033[m\\n'; printf '%0100d\\n' 7; seq 40; printf done; exec cat"
    async with serving(run) as tmux:
        server = await tmux.server_with_room()
        new = NewSession("rdv-a", ("/bin/sh", "-c", script), "/")
        pane = (await new_session(tmux, server, new)).pane_id
        while b"done" not in await capture(tmux, server, pane):
            pass  # each look waits for tmux itself
        screen = await capture(tmux, server, pane)
        everything = await capture(tmux, server, pane, history=1_000, ansi=True, joined=True)

    assert len(screen) == 24
    assert everything[0].startswith(b"\x1b[31mred")
    assert b"%0100d" % 7 in everything[1]


async def test_the_size_stays_as_it_was_set(run: Path):
    async with serving(run) as tmux:
        server = await tmux.server_with_room()
        await new_session(tmux, server, session("rdv-a"))
        await resize_window(tmux, server, "=rdv-a:", Size(123, 45))
        assert (await list_panes(tmux, server))[0].size == Size(123, 45)


async def test_how_a_program_ended_is_told_and_it_can_be_followed_by_another(run: Path):
    async with serving(run) as tmux:
        server = await tmux.server_with_room()
        new = NewSession("rdv-a", ("/bin/sh", "-c", "exit 7"), "/")
        pane = (await new_session(tmux, server, new)).pane_id
        dead = await until_dead(tmux, server)
        await respawn(tmux, server, pane, ("sleep", "1000"), "/")
        killed = await until(tmux, server, lambda pane: not pane.is_dead)
        os.kill(killed.pid, signal.SIGKILL)
        by_signal = await until_dead(tmux, server)

    assert (dead.dead_status, dead.dead_signal) == (7, None)
    assert by_signal.dead_signal == signal.SIGKILL


async def until_dead(tmux: Tmux, server: int) -> Pane:
    """With its status, which tmux 3.3a may have to be nudged for."""
    await until(tmux, server, lambda pane: pane.is_dead)
    tmux.nudge(server)
    return await until(tmux, server, lambda pane: pane.dead_status != pane.dead_signal)


async def test_everything_a_pane_prints_can_be_piped_from_its_birth(run: Path, tmp_path: Path):
    gate, piped = tmp_path / "gate", tmp_path / "piped"
    os.mkfifo(gate)
    new = NewSession(
        "rdv-a", ("/bin/sh", "-c", 'read _ <"$0"; echo first; exec cat', str(gate)), "/"
    )
    async with serving(run) as tmux:
        server = await tmux.server_with_room()
        await new_session(tmux, server, new, piping("=rdv-a:", f"exec cat >'{piped}'"))
        assert (await list_panes(tmux, server))[0].is_piped
        await trio.Path(gate).write_text("go\n")
        while not (piped.exists() and piped.read_bytes()):  # noqa: ASYNC110 - another writes it
            await trio.sleep(0.01)

    assert piped.read_bytes() == b"first\r\n"


async def test_a_killed_session_is_gone_and_its_number_is_not_given_again(run: Path):
    async with serving(run) as tmux:
        server = await tmux.server_with_room()
        created = await new_session(tmux, server, session("rdv-a"))
        with recording(tmux.changes) as told:
            await kill_session(tmux, server, created.session_id)
            await told.wait_for(Changed)
        with pytest.raises(TargetGone):
            await kill_session(tmux, server, created.session_id)
        with pytest.raises(TargetGone):
            await capture(tmux, server, created.pane_id)
