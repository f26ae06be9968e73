"""Killed between any two steps of an act: what is found next time is whole, or is nothing."""

import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
import trio

from rdvd.sessions import Active, Closed, Exited, Lost, Session, pane_of
from rdvd.sessions.processes import is_alive
from rdvd.tmux import list_panes

from .house import A_WHILE, House, living

FEWEST = {"create": 8, "restart": 12, "close": 4}
Zygote = subprocess.Popen[str]


@pytest.fixture(scope="module")
def zygote() -> Generator[Zygote, None, None]:
    command = [sys.executable, "-m", "tests.sessions.dying"]
    with subprocess.Popen(
        command, text=True, cwd=Path(__file__).parents[2], stderr=subprocess.DEVNULL,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        yield process
        assert process.stdin is not None
        process.stdin.close()


def kill_at(zygote: Zygote, act: str, step: int, home: Path, run: Path) -> str:
    assert zygote.stdin is not None
    assert zygote.stdout is not None
    zygote.stdin.write(f"{act} {step} {home} {run}\n")
    zygote.stdin.flush()
    return zygote.stdout.readline().strip()


@pytest.mark.parametrize(("act", "stride"), [("create", 1), ("restart", 4), ("close", 3)])
async def test_killed_between_any_two_steps_it_is_whole_or_nothing(
    act: str, stride: int, zygote: Zygote, tmp_path: Path, run: Path
):
    """Of acts that share most of their steps with creation, every so many."""
    step = 1
    for step in range(1, 100, stride):
        ended = await trio.to_thread.run_sync(kill_at, zygote, act, step, tmp_path, run)
        async with living(tmp_path, run, grace_seconds=0.1) as house:
            if ended == "done":
                break
            with trio.fail_after(A_WHILE):
                await everything_fits(house)
                await tidy(house)

    assert FEWEST[act] < step < 99


async def tidy(house: House) -> None:
    for session in house.front.of(None):
        if not isinstance(session.state, Closed):
            await house.front.close(session.id)


async def everything_fits(house: House) -> None:
    there = [each for each in house.front.of(None) if not isinstance(each.state, Closed)]
    assert len(there) <= 1
    running = [each for each in there if isinstance(each.state, Active)]
    servers = house.shop.tmux.servers()
    panes = [pane for server in servers for pane in await list_panes(house.shop.tmux, server)]
    shown = [each for each in there if pane_of(each)]
    assert {each.id for each in shown} == {pane.id for pane in panes}
    for session in running:
        pane = pane_of(session)
        assert pane is not None
        assert is_alive(pane.pid, pane.born)
        assert session.id == house.shop.roster.panes()[pane.pid]
    for session in there:
        assert isinstance(session.state, Active | Lost | Exited | Closed)
        await what_runs_was_let_go(house, session)
    kept = {place.name for place in (house.home / "sessions").iterdir()}
    assert kept == {each.id for each in house.front.of(None)}


async def what_runs_was_let_go(house: House, session: Session) -> None:
    if isinstance(session.state, Active) and session.program.arguments[0] == "sh":
        await house.printed(session, b"begun")
    if isinstance(session.state, Lost):
        assert session.state.reason
