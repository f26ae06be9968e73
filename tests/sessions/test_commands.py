"""Commands at a prompt: their own exit code, their own output, nobody else's."""

import os
from pathlib import Path

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from actors import Ref
from rdvd.bytelog import HANDSHAKE
from rdvd.ground.errors import BadInput
from rdvd.sessions import Exited, SessionActor, pane_of
from rdvd.sessions.commands import Reading, plain, shell_of
from rdvd.sessions.front import NotYetDone
from rdvd.sessions.prompt import NotAtAPrompt, Outcome, foreground

from .house import House, run

SHELLS = [("bash", "--norc"), ("zsh", "-f"), ("fish", "--no-config"), ("sh",)]
every_shell = pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell[0])

BEGIN, END = b"\x1b]6973;n;begin\x07", b"\x1b]6973;n;end;%d\x07"


@every_shell
async def test_code_and_output_are_those_of_the_command(shell: tuple[str, ...], house: House):
    session = await house.new(*shell)
    cases = [
        ("echo hi", 0, "hi\n"),
        ("false", 1, ""),
        ("sh -c 'exit 42'", 42, ""),
        ("printf 'no newline'", 0, "no newline"),
        ("printf '\\033[31mred\\033[0m'", 0, "red"),
        ("echo 'two\nlines'\necho three", 0, "two\nlines\nthree\n"),
        ("echo '#{pane_id} é'", 0, "#{pane_id} é\n"),
        ("echo err >&2", 0, "err\n"),
        ("cd /", 0, ""),
        ("pwd", 0, "/\n"),
        ("# nothing", 0, ""),
        ("sh -c 'kill -TERM $$'", 143, None),
        ("there_is_no_such_command", 127, None),
    ]

    for command, code, output in cases:
        done = await run(house, session, command)
        assert code == done.code, command
        assert output is None or output == plain(done.output)


@every_shell
async def test_a_syntax_error_is_an_answer(shell: tuple[str, ...], house: House):
    session = await house.new(*shell)

    assert 0 != (await run(house, session, "for (((")).code
    assert 0 == (await run(house, session, "echo still well")).code


async def test_at_a_frozen_session_nothing_is_typed_to_be_run_later(house: House):
    session = await house.new("sh")
    await run(house, session, "true")
    actor = await house.front.actor(session.id)
    await actor.call(SessionActor.suspend, freezes=True)

    with pytest.raises(NotAtAPrompt, match="frozen"):
        await run(house, session, "echo hi")

    await actor.call(SessionActor.resume)
    assert "hi again\n" == plain((await run(house, session, "echo hi again")).output)


@every_shell
async def test_a_half_typed_line_and_a_busy_typist_do_no_harm(shell: tuple[str, ...], house: House):
    session = await house.new(*shell)
    await run(house, session, "true")
    actor = await house.front.actor(session.id)
    await actor.call(SessionActor.paste, "rm -rf half a draft", enter=False)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(type_meanwhile, actor)
        done = await run(house, session, "echo hi; sh -c 'exit 9'")

    assert 9 == done.code
    assert "hi" in plain(done.output)
    assert "rm -rf" not in plain(done.output)


async def type_meanwhile(actor: Ref[SessionActor]) -> None:
    await actor.call(SessionActor.paste, "meanwhile", enter=False)


async def test_many_at_once_are_run_one_after_the_other(house: House):
    session = await house.new("bash", "--norc")
    found: dict[int, Outcome] = {}

    async def one(number: int) -> None:
        found[number] = await run(house, session, f"echo {number}; (exit {number})")

    async with trio.open_nursery() as nursery:
        for number in range(20):
            nursery.start_soon(one, number)

    for number, done in found.items():
        assert (number, f"{number}\n") == (done.code, plain(done.output))


async def test_a_long_output_is_cut_at_its_beginning(house: House):
    session = await house.new("bash", "--norc")

    done = await house.front.run(session.id, "seq 100000", 20, 1_000)

    assert done.is_truncated
    assert done.output.endswith(b"99999\r\n100000\r\n")
    assert len(done.output) <= 1_000


async def test_what_takes_too_long_is_left_running_and_the_next_waits_for_it(
    house: House, tmp_path: Path
):
    session, gate = await house.new("bash", "--norc"), tmp_path / "gate"
    os.mkfifo(gate)

    with pytest.raises(NotYetDone, match="left running"):
        await run(house, session, f"read _ <{gate}; echo late", seconds=0.3)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.to_thread.run_sync, gate.write_text, "go\n")
        assert "next\n" == plain((await run(house, session, "echo next")).output)
    assert "late" in await house.screen(session)


@pytest.mark.parametrize("command", [("cat",), ("sleep", "100"), ("bash", "-c", "read line")])
async def test_what_is_no_shell_at_a_prompt_is_refused(command: tuple[str, ...], house: House):
    session = await house.new(*command)

    with pytest.raises(NotAtAPrompt) as refused:
        await run(house, session, "echo hi")

    assert command[0] == refused.value.facts["program"]


async def test_a_full_screen_program_in_a_shell_is_refused(house: House):
    session = await house.new("bash", "--norc")
    await run(house, session, "true")
    actor = await house.front.actor(session.id)
    await actor.call(SessionActor.paste, "cat # as good as an editor", enter=True)
    pane = pane_of(session)
    assert pane is not None
    while (front := foreground(pane)) is None or front.name != "cat":
        await trio.lowlevel.checkpoint()

    with pytest.raises(NotAtAPrompt, match="cat has the terminal"):
        await run(house, session, "true")


async def test_a_command_that_ends_the_shell_has_the_code_of_the_session(house: House):
    session = await house.new("bash", "--norc")

    done = await run(house, session, "echo bye; exit 7")

    assert (7, "bye\n") == (done.code, plain(done.output))
    assert isinstance((await house.until(session.id, Exited)).state, Exited)


async def test_nothing_is_left_of_a_command_in_the_directory(house: House):
    session = await house.new("bash", "--norc")
    await run(house, session, "echo secret")

    assert [] == list(house.shop.home(session.id).commands.iterdir())


async def test_a_command_with_control_characters_is_refused(house: House):
    session = await house.new("bash", "--norc")

    with pytest.raises(BadInput):
        await run(house, session, "echo \x03")


@pytest.mark.parametrize(
    ("name", "arguments", "kind"),
    [
        ("bash", ("bash",), "posix"), ("bash", ("-bash",), "posix"),
        ("bash", ("bash", "--rcfile", "x", "-i"), "posix"), ("bash", ("bash", "script"), None),
        ("bash", ("bash", "-c", "read x"), None), ("bash", ("bash", "-lc", "x"), None),
        ("zsh", ("zsh", "-o", "vi"), "zsh"), ("fish", ("fish", "-C", "x"), "fish"),
        ("fish", ("fish", "--command", "x"), None), ("vim", ("vim",), None),
        ("sh", ("/bin/sh", "/x/wrapper.sh", "d", "bash"), None),
    ],
)  # fmt: skip
def test_a_shell_that_reads_lines_is_told_from_one_that_runs_something(
    name: str, arguments: tuple[str, ...], kind: str | None
):
    assert kind == shell_of(name, arguments)


@given(st.binary(max_size=300), st.binary(max_size=300), st.integers(0, 255), st.data())
def test_marks_are_found_however_the_stream_is_cut(
    before: bytes, output: bytes, code: int, data: st.DataObject
):
    stream = before + BEGIN + output + END % code + b"prompt $ "
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    reading = Reading("n", 1_000)

    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        reading.feed(stream[start:end])

    assert (code, output) == (reading.code, reading.output)


@given(st.binary(max_size=400))
def test_nothing_that_is_printed_can_be_taken_for_a_mark(noise: bytes):
    reading = Reading("f" * 32, 1_000)

    reading.feed(noise.replace(b"f" * 32, b""))

    assert reading.code is None
    assert not reading.has_begun


def test_the_handshake_of_the_wrapper_is_no_output():
    reading = Reading("n", 100)

    reading.feed(BEGIN + b"bye\r\n" + HANDSHAKE)
    reading.finish()

    assert b"bye\r\n" == reading.output


def test_a_program_that_has_read_its_lines_leaves_no_prompt_behind():
    reading = Reading("n", 100)

    reading.feed(BEGIN + b"\x1b[?2004h>>> ")
    assert reading.saw_prompt
    reading.feed(b"\x1b[?20")
    reading.feed(b"04l\r\n")

    assert not reading.saw_prompt
