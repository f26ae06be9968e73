"""Commands at a prompt that are interrupted, and those that only look so."""

import os
import signal
from pathlib import Path
from typing import IO

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from rdvd.bytelog import ByteLog
from rdvd.sessions import Session, SessionActor, pane_of
from rdvd.sessions.commands import plain
from rdvd.sessions.front import NotYetDone
from rdvd.sessions.prompt import Outcome, foreground

from .house import House, run


@pytest.mark.parametrize("shell", [("bash", "--norc"), ("zsh", "-f")], ids=lambda shell: shell[0])
async def test_a_command_that_is_interrupted_says_so(shell: tuple[str, ...], house: House):
    session = await house.new(*shell)
    await run(house, session, "true")
    found: list[Outcome] = []

    async def interrupted() -> None:
        found.append(await run(house, session, "echo begun; sleep 100; echo never"))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(interrupted)
        await house.printed(session, b"begun\r\n")
        while not any(each.name == "sleep" for each in await house.members(session)):
            await trio.lowlevel.checkpoint()
        await (await house.front.actor(session.id)).call(SessionActor.press, ("C-c",))

    assert found[0].was_interrupted or 130 == found[0].code
    assert b"never" not in found[0].output
    assert 0 == (await run(house, session, "true")).code


async def test_the_next_command_runs_after_one_that_nobody_waited_for_was_interrupted(
    house: House,
):
    """Often enough to meet the moment when the command has the terminal as soon as it is typed."""
    session = await house.new("bash", "--norc")

    for number in range(8):
        with pytest.raises(NotYetDone):
            await run(house, session, f"echo begun {number}; sleep 1000", 0.2)
        await house.printed(session, f"begun {number}\r\n".encode())
        await (await house.front.actor(session.id)).call(SessionActor.press, ("C-c",))
        assert plain((await run(house, session, f"echo {number}")).output) == f"{number}\n"


async def test_a_program_that_reads_lines_itself_is_not_taken_for_the_prompt(house: House):
    session = await house.new("bash", "--norc")
    program = 'sh -c \'printf "\\033[?2004h"; sleep 0.05; printf "\\033[?2004l"; exit 7\''

    for _ in range(10):
        done = await run(house, session, program)
        assert (7, False) == (done.code, done.was_interrupted)


async def test_what_ended_before_all_that_it_printed_was_read_was_not_interrupted(
    house: House, tmp_path: Path
):
    """The log lags: it has how a program asks for a line, the processes show that it has ended."""
    session = await house.new("bash", "--norc")
    await run(house, session, "true")
    asks, answered = tmp_path / "asks", tmp_path / "answered"
    for gate in (asks, answered):
        os.mkfifo(gate)
    program = (
        f"read _ <{asks}; printf '\\033[?2004h'; read _ <{answered}; printf '\\033[?2004l'; exit 7"
    )
    found: list[Outcome] = []

    async def in_between() -> None:
        found.append(await run(house, session, f'sh -c "{program}"'))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(in_between)
        opened = await trio.to_thread.run_sync(asks.open, "w")  # once it reads there
        recorder = hold_the_log_behind(house, session, opened, answered)
        await wait_all_tasks_blocked(0.05)
        os.kill(recorder, signal.SIGCONT)

    assert [(7, False)] == [(each.code, each.was_interrupted) for each in found]


def hold_the_log_behind(house: House, session: Session, asks: IO[str], answered: Path) -> int:
    """Without letting the daemon do anything meanwhile. Returns the recorder, which is stopped."""
    log = ByteLog(house.shop.home(session.id).path)
    with asks:
        asks.write("go\n")
    while not log.read(max(0, log.end - 8), 8).data.endswith(b"\x1b[?2004h"):
        pass
    recorder = int((house.run / "recorder.pid").read_text())
    os.kill(recorder, signal.SIGSTOP)
    answered.write_text("go\n")
    pane = pane_of(session)
    assert pane is not None
    while (front := foreground(pane)) is None or front.name != "bash":
        pass
    return recorder
