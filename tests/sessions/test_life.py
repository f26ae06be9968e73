"""A session from its beginning to its end, with everything that it stands on."""

import os
import signal
from pathlib import Path

import attrs
import pytest
import trio

from actors import actor
from actors.testing import crash, recording
from rdvd.bytelog import ByteLog
from rdvd.ground.errors import BadInput, NotFound
from rdvd.identity import SessionId
from rdvd.sessions import (
    Active,
    Closed,
    Created,
    Ended,
    Exited,
    Left,
    Lost,
    Order,
    Program,
    Session,
    SessionActor,
    SessionOver,
    Suspended,
    Trashed,
    pane_of,
    storage,
)
from rdvd.sessions.census import members
from rdvd.sessions.orders import session_of
from rdvd.sessions.processes import is_alive, look_at
from rdvd.sessions.roster import Ambiguous
from rdvd.sessions.shop import traces_of
from rdvd.sessions.sights import screen_of
from rdvd.tmux import Pane as TmuxPane
from rdvd.tmux import list_panes

from .house import House


def pid_of(session: Session) -> int:
    pane = pane_of(session)
    assert pane is not None
    return pane.pid


async def test_what_it_prints_is_logged_from_the_first_byte(house: House):
    session = await house.new("printf", "first to last")
    await house.until(session.id, Exited)

    end = await house.shop.recording.drain(session.id)
    log = ByteLog(house.shop.home(session.id).path)

    assert log.read(0, end).data.startswith(b"first to last")


async def test_an_end_is_known_with_its_code_and_its_last_screen(house: House):
    session = await house.new("sh", "-c", "echo all done; exit 3")

    ended = await house.until(session.id, Exited)

    assert isinstance(ended.state, Exited)
    assert (3, None) == (ended.state.exit.code, ended.state.exit.signal)
    screen = await screen_of(house.shop, ended, with_escapes=False)
    assert screen.content.startswith("all done\n")
    left = await house.front.close(session.id)
    assert screen.content == (await screen_of(house.shop, left.session, with_escapes=False)).content


async def test_it_finds_its_directory_its_environment_and_its_token(house: House, tmp_path: Path):
    place = tmp_path / "#{pane_id} $(touch x) é"
    place.mkdir()
    out = tmp_path / "out"
    script = f'pwd >"{out}"; env >>"{out}"'
    program = Program(arguments=("sh", "-c", script), environment={"MINE": "a\nb #{x} 'é'"})

    session = await house.new(directory=str(place), program=program)
    await house.until(session.id, Exited)

    told = out.read_text()
    assert told.startswith(f"{place}\n")
    assert "MINE=a\nb #{x} 'é'\n" in told
    assert f"RDV_SESSION_ID={session.id}\n" in told
    assert "RDV_SESSION_TOKEN=rdv_ses_" in told
    assert "RDV_HOME" not in told


async def test_its_process_is_at_home_in_it_before_anything_of_it_runs(house: House):
    session = await house.new("sleep", "100")

    assert session.id == house.shop.roster.panes()[pid_of(session)]


async def test_closing_ends_everything_and_tells_how_it_ended(house: House):
    session = await house.new("bash", "--norc", "-i")

    left = await house.front.close(session.id)

    assert () == left.survivors
    assert isinstance(left.session.state, Closed)
    assert left.session.state.exit is not None
    assert look_at(pid_of(session)) is None
    with pytest.raises(SessionOver):
        await house.front.close(session.id)
    assert () == await list_panes(house.shop.tmux, 0)


async def test_closing_ends_those_who_hid_and_those_who_would_not_go(house: House):
    hiding = "trap '' TERM HUP; (setsid sleep 1001 &); setsid sleep 1002 & echo ready; sleep 1003"
    session = await house.new("sh", "-c", hiding)
    await house.printed(session, b"ready")
    before = members(traces_of(session), await house.shop.census.look())

    left = await house.front.close(session.id)

    assert len(before) >= 4
    assert () == left.survivors
    assert [] == [each for each in before if is_alive(each.pid, each.born)]


async def test_closing_ends_who_left_kernel_session_parent_and_environment(house: House):
    away = "env -i setsid sh -c 'sleep 1000 & echo away; wait' & exit"
    session = await house.new("sh", "-c", f"({away}); sleep 1001")
    await house.printed(session, b"away")
    there = await house.members(session)
    assert [each for each in there if each.session != pid_of(session)]

    left = await house.front.close(session.id)

    assert () == left.survivors
    assert [] == [each for each in there if is_alive(each.pid, each.born)]


async def test_a_directory_that_is_not_there_is_refused_and_nothing_is_left(house: House):
    with pytest.raises(BadInput, match="no such directory"):
        await house.new("true", directory="/nowhere")

    assert [] == house.front.of(None)
    assert [] == sorted((house.home / "sessions").iterdir())


async def test_a_directory_that_vanishes_in_the_last_moment_undoes_it_all(
    house: House, tmp_path: Path
):
    """Past the first look: the order says none, and the one of the settings is gone."""
    settings = attrs.evolve(house.shop.settings, start_directory=tmp_path / "gone")
    session = session_of(SessionId("x"), Order(house.user, "x"), 0, settings)
    house.shop.roster.put(session)
    ref = await house.nest.start_child(
        actor("x", lambda: SessionActor(house.shop, session.id), restart="transient")
    )

    with pytest.raises(BadInput):
        await ref.call(SessionActor.begin)

    await ref.wait_stopped()
    assert [] == house.front.of(None)
    assert [] == await house.shop.store.read(storage.page_after, "")


async def test_a_caller_that_leaves_in_the_middle_leaves_nothing(house: House):
    for moment in range(12):
        with trio.move_on_after(0.002 * moment):
            await house.new("sleep", "100", name=f"{moment}")

    there = {each.id for each in house.front.of(None)}
    assert there == {pane.id for pane in await panes(house)}
    assert there == {each.id for each in await house.shop.store.read(storage.page_after, "")}
    assert there == {place.name for place in (house.home / "sessions").iterdir()}


async def panes(house: House) -> list[TmuxPane]:
    servers = house.shop.tmux.servers()
    return [pane for server in servers for pane in await list_panes(house.shop.tmux, server)]


async def test_every_step_of_a_life_is_announced_once(house: House):
    with recording(house.shop.facts) as facts:
        session = await house.new("sh", "-c", "exit 1")
        await house.until(session.id, Exited)
        await house.front.close(session.id)

        assert [Created, Ended, Left] == [type(fact) for fact in facts.events]


async def test_typed_text_arrives_literally_also_in_copy_mode(house: House):
    session = await house.new("cat")
    pane = pane_of(session)
    assert pane is not None
    actor = await house.front.actor(session.id)
    await house.shop.tmux.run(pane.server, "copy-mode", "-t", f"={session.tmux_name}:")
    hostile = "Enter C-c -l; #{pane_id} $(touch x) 'é' \\ ~ C-m"

    await actor.call(SessionActor.paste, hostile, enter=True)
    await house.printed(session, hostile.encode() + b"\r\n" + hostile.encode())

    await actor.call(SessionActor.press, ("C-c",))
    ended = await house.until(session.id, Exited)
    assert isinstance(ended.state, Exited)
    assert signal.SIGINT == ended.state.exit.signal


async def test_a_crash_of_its_actor_touches_nothing_and_forgets_nothing(house: House):
    session = await house.new("sleep", "100")
    actor = await house.front.actor(session.id)

    await crash(actor)

    assert session == house.front.get(session.id)
    assert look_at(pid_of(session)) is not None
    os.kill(pid_of(session), signal.SIGKILL)
    ended = await house.until(session.id, Exited, Lost)
    assert isinstance(ended.state, Exited | Lost)


async def test_a_wrapper_that_is_killed_is_told_from_a_command_that_is(house: House):
    session = await house.new("sleep", "100")

    os.kill(pid_of(session), signal.SIGKILL)
    ended = await house.until(session.id, Exited, Lost)

    assert isinstance(ended.state, Exited)
    assert (None, signal.SIGKILL) == (ended.state.exit.code, ended.state.exit.signal)


async def test_a_terminal_that_is_ended_from_outside_is_lost_and_can_be_begun_again(house: House):
    session = await house.new("sleep", "100")
    await house.shop.tmux.run(0, "kill-session", "-t", f"={session.tmux_name}")
    lost = await house.until(session.id, Lost)
    assert isinstance(lost.state, Lost)
    assert "from outside" in lost.state.reason
    actor = await house.front.actor(session.id)

    again = await actor.call(SessionActor.resume, relaunches=True)

    assert isinstance(again.state, Active)
    assert 1 == again.restarts.count


async def test_suspending_can_freeze_and_resuming_thaws(house: House):
    session = await house.new("sh", "-c", "sleep 100 & echo up; wait")
    await house.printed(session, b"up")
    actor = await house.front.actor(session.id)

    frozen = await actor.call(SessionActor.suspend, freezes=True)
    assert Suspended(pane_of(session), frozen=True) == frozen.state  # pyright: ignore[reportArgumentType]
    assert {"T"} == await states(house, session)

    thawed = await actor.call(SessionActor.resume)
    assert isinstance(thawed.state, Active)
    while {"S"} != await states(house, session):
        pass  # they run before they wait again; each look waits for a thread


async def states(house: House, session: Session) -> set[str]:
    found = members(traces_of(session), await house.shop.census.look())
    return {each.state for each in found if each.pid != pid_of(session)}


async def test_what_is_frozen_can_be_closed(house: House):
    session = await house.new("sleep", "100")
    actor = await house.front.actor(session.id)
    await actor.call(SessionActor.suspend, freezes=True)

    left = await house.front.close(session.id)

    assert () == left.survivors


async def test_order_names_and_trash(house: House):
    ids = [(await house.new("sleep", "100", name=name)).id for name in ("a", "b", "b")]

    await house.front.reorder(house.user, [ids[2], ids[0]])

    assert [ids[2], ids[0], ids[1]] == [each.id for each in house.front.of(house.user)]
    assert ids[0] == house.front.find("a", house.user).id
    with pytest.raises(Ambiguous) as several:
        house.front.find("b", house.user)
    assert {ids[1], ids[2]} == set(several.value.facts["ids"])  # pyright: ignore[reportArgumentType]
    with pytest.raises(NotFound):
        house.front.find("c", house.user)
    trashed = await house.front.trash(ids[2])
    assert isinstance(trashed.state, Trashed)
    assert ids[1] == house.front.find("b", house.user).id
    assert isinstance((await house.front.untrash(ids[2])).state, Closed)
