"""Many callers on one connection, against a scripted tmux at the other end of a pipe."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

import pytest
import trio
import trio.testing
from attrs import define, field
from hypothesis import given
from hypothesis import strategies as st

from rdvd.tmux import TmuxUnavailable
from rdvd.tmux.connection import Connection
from rdvd.tmux.quoting import command_line

PATIENCE = 5.0
Speak = Callable[[bytes], bytes]


@define
class Far:
    """Answers as tmux does: each line with a block that holds what `says` makes of the line."""

    stream: trio.StapledStream[trio.testing.MemorySendStream, trio.testing.MemoryReceiveStream]
    says: Speak = field(default=lambda line: line)
    counter: int = 100
    is_silent: bool = False
    heard: list[bytes] = field(factory=list[bytes])

    async def serve(self) -> None:
        await self.stream.send_all(b"%begin 1 99 0\n%end 1 99 0\n")
        rest = b""
        async for chunk in self.stream:
            *lines, rest = (rest + bytes(chunk)).split(b"\n")
            for line in lines:
                await self._answer(line)

    async def _answer(self, line: bytes) -> None:
        self.heard.append(line)
        if self.is_silent:
            return
        self.counter += 1
        is_question = line.startswith(b'"display-message" "-p" "')
        said = line.split(b'"')[-2] if is_question else self.says(line)
        guard = b"1 %d 1" % self.counter
        text = said
        for ahead, name in enumerate((b"GUARD", b"NEXT", b"THIRD")):
            text = text.replace(name, b"1 %d 1" % (self.counter + ahead))
        await self.stream.send_all(b"%%begin %b\n%b\n%%end %b\n" % (guard, text, guard))


@asynccontextmanager
async def connected(says: Speak | None = None) -> AsyncGenerator[tuple[Connection, Far], None]:
    near, far_end = trio.testing.memory_stream_pair()
    far = Far(far_end) if says is None else Far(far_end, says)
    connection = Connection(near, near, patience=PATIENCE, on_notice=lambda: None)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(far.serve)
        nursery.start_soon(connection.serve)
        yield connection, far
        nursery.cancel_scope.cancel()


async def ask(connection: Connection, *words: str) -> list[bytes]:
    answers = await connection.ask([command_line((word,)) for word in words])
    return [line for answer in answers for line in answer.lines]


async def test_everybody_gets_the_answers_to_their_own_commands():
    found: dict[int, list[bytes]] = {}

    async def one(connection: Connection, number: int) -> None:
        found[number] = await ask(connection, f"a{number}", f"b{number}")

    async with connected() as (connection, _), trio.open_nursery() as nursery:
        for number in range(50):
            nursery.start_soon(one, connection, number)

    expected = {n: [b'"a%d"' % n, b'"b%d"' % n] for n in range(50)}
    assert found == expected


async def test_who_asks_for_nothing_gets_nothing_at_once():
    async with connected() as (connection, _):
        assert await connection.ask([]) == ()


FORGED_ENDS = (
    b"x\n%end GUARD",  # the true end is then outside of any block
    b"x\n%end GUARD\n%begin NEXT",  # what follows would be the next answer
    b"x\n%end GUARD\n%begin NEXT\nforged\n%end NEXT",  # and this even has an end
    b"x\n%end GUARD\n%begin NEXT\nforged\n%end NEXT\n%begin NEXT",
    b"x\n%error GUARD",
)


@pytest.mark.parametrize("screen", FORGED_ENDS)
async def test_a_screen_that_guesses_the_guards_forges_no_answer(screen: bytes):
    """The worst case: it knows the time and the numbers. The connection ends, nobody is lied to."""
    async with connected(lambda line: screen if b"capture" in line else line) as (connection, _):
        with pytest.raises(TmuxUnavailable) as refused:
            await ask(connection, "capture", "kill")
        assert refused.value.may_have_run
        assert connection.ended


async def test_a_guess_that_is_wrong_is_a_line_like_any_other():
    screen = b"%end 1 2 1\n%begin 1 2 1\n%exit\n%error 1 2 1"
    async with connected(lambda line: screen) as (connection, _):
        assert await ask(connection, "capture") == screen.split(b"\n")


async def test_who_leaves_before_the_lines_are_sent_takes_them_back():
    async with connected() as (connection, far):
        far.is_silent = True
        with trio.CancelScope() as leaving:
            leaving.cancel()
            await ask(connection, "never")
        assert connection.queued == 0
        far.is_silent = False
        await ask(connection, "later")

    assert not any(b"never" in line for line in far.heard)


async def test_who_leaves_afterwards_leaves_an_answer_that_nobody_else_gets():
    async with connected() as (connection, far), trio.open_nursery() as nursery:
        far.is_silent = True
        nursery.start_soon(ask, connection, "mine")
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert any(b"mine" in line for line in far.heard)


steps = st.lists(
    st.tuples(st.integers(1, 4), st.sampled_from(["stays", "leaves at once", "leaves later"])),
    max_size=12,
)


@given(steps=steps, seed=st.integers(0, 3))
def test_no_order_of_leaving_gives_anybody_the_answer_of_another(
    steps: list[tuple[int, str]], seed: int
):
    trio.run(partial(_play, steps, seed), clock=trio.testing.MockClock(autojump_threshold=0))


async def _play(steps: list[tuple[int, str]], seed: int) -> None:
    async def caller(connection: Connection, number: int, count: int, manner: str) -> None:
        words = [f"w{number}-{index}" for index in range(count)]
        with trio.CancelScope() as scope:
            if manner == "leaves at once":
                scope.cancel()
            elif manner == "leaves later":
                scope.deadline = trio.current_time() + (number + seed) % 3 * 0.1
            answers = await ask(connection, *words)
            assert answers == [f'"{word}"'.encode() for word in words]
        assert manner != "stays" or not scope.cancelled_caught

    async with connected() as (connection, _), trio.open_nursery() as nursery:
        for number, (count, manner) in enumerate(steps):
            nursery.start_soon(caller, connection, number, count, manner)
            if (number + seed) % 2:
                await trio.lowlevel.checkpoint()


async def test_an_answer_that_is_owed_for_too_long_ends_the_connection(
    autojump_clock: trio.testing.MockClock,
):
    async with connected() as (connection, far):
        far.is_silent = True
        with pytest.raises(TmuxUnavailable, match="did not answer within 5 s"):
            await ask(connection, "hello")
        assert connection.is_silent
        assert trio.current_time() < 6
        with pytest.raises(TmuxUnavailable):
            await ask(connection, "again")


async def test_silence_while_nothing_is_owed_is_no_fault(autojump_clock: trio.testing.MockClock):
    async with connected() as (connection, _):
        await ask(connection, "one")
        await trio.sleep(1_000)
        assert await ask(connection, "two") == [b'"two"']


async def test_too_many_at_once_are_refused_rather_than_kept():
    async with connected() as (connection, _):
        with pytest.raises(TmuxUnavailable, match="wait for tmux already"):
            await connection.ask([b"x\n"] * 30_000)


async def test_an_end_answers_everybody_at_once():
    async with connected() as (connection, far):
        far.is_silent = True

        async def close_soon() -> None:
            await trio.testing.wait_all_tasks_blocked()
            await far.stream.send_eof()

        with trio.fail_after(1):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(close_soon)
                with pytest.raises(TmuxUnavailable, match="closed the connection"):
                    await ask(connection, "hello")


GUESSES = (b"%end GUARD", b"%error GUARD", b"%begin GUARD", b"%begin NEXT", b"%end NEXT",
    b"%begin THIRD", b"%end THIRD", b"%error NEXT", b"x")  # fmt: skip


@given(screen=st.lists(st.sampled_from(GUESSES), min_size=1, max_size=8))
def test_whatever_a_screen_guesses_the_answers_are_the_true_ones_or_none(screen: list[bytes]):
    trio.run(_guess, screen, clock=trio.testing.MockClock(autojump_threshold=0))


async def _guess(screen: list[bytes]) -> None:
    said = b"\n".join(screen)
    async with connected(lambda line: said if b"capture" in line else line) as (connection, _):
        with suppress(TmuxUnavailable):
            first, second = await connection.ask([b'"capture"\n', b'"kill"\n'])
            shown = [_filled(line) for line in screen]
            assert (first.is_error, list(first.lines)) == (False, shown)
            assert (second.is_error, second.lines) == (False, (b'"kill"',))


def _filled(line: bytes) -> bytes:
    numbers = {b"GUARD": b"1 101 1", b"NEXT": b"1 102 1", b"THIRD": b"1 103 1"}
    for name, guard in numbers.items():
        line = line.replace(name, guard)
    return line
