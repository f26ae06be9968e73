"""Scripts: each reply goes to the prompt it is meant for, and to no other."""

import os
from pathlib import Path

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from rdvd.ground.errors import BadInput, Limited
from rdvd.sessions import expecting
from rdvd.sessions.expecting import Cleaner, Step

from .house import House

INSTALLER = """
printf '\\033[1mName:\\033[0m '; read name
stty -echo; printf 'Password: '; read password; stty echo; echo
echo "welcome $name, $(printf %s "$password" | wc -c) characters"
printf 'Really? [y/N] '; read sure
[ "$sure" = y ] && exit 0; exit 9
"""


async def test_a_sign_in_is_answered_step_by_step_to_its_end(house: House):
    session = await house.new("sh", "-c", INSTALLER)
    await house.printed(session, b"Name:")  # so it waits already, before anybody listens

    outcomes = await house.front.expect(
        session.id,
        [
            Step("Name: $", "ada"),
            Step("Password:", "hunter2"),
            Step(r"welcome (\w+), (\d+) characters"),
            Step("[y/N]", "y", is_literal=True),
            Step("never printed", "rm -rf /", seconds=20),
        ],
    )

    assert ["matched"] * 4 + ["ended"] == [each.how for each in outcomes]
    assert "welcome ada, 7 characters" == outcomes[2].matched
    assert "hunter2" not in repr(outcomes)


async def test_what_is_not_matched_is_not_typed_into_and_the_rest_is_skipped(house: House):
    session = await house.new("sh", "-c", INSTALLER)
    await house.printed(session, b"Name:")

    outcomes = await house.front.expect(
        session.id, [Step("Passphrase:", "secret", seconds=0.3), Step("Name", "ada")]
    )

    assert ["timeout", "skipped"] == [each.how for each in outcomes]
    assert "Name:" in outcomes[0].before
    assert "Name:" == (await house.screen(session)).strip()


@pytest.mark.parametrize("pattern", ["(", "a{99999999999999999999}"])
async def test_a_pattern_that_is_none_is_refused_before_anything_is_typed(
    pattern: str, house: House
):
    session = await house.new("cat")

    with pytest.raises(BadInput, match="pattern"):
        await house.front.expect(session.id, [Step("a", "b"), Step(pattern, "c")])


async def test_a_script_that_is_left_types_nothing_more(house: House, tmp_path: Path):
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    asks = f"read _ <{gate}; printf 'Name: '; read name; echo $name"
    session = await house.new("sh", "-c", asks)
    with pytest.raises(trio.TooSlowError), trio.fail_after(0.05):
        await house.front.expect(session.id, [Step("Name:", "ada")])

    await trio.Path(gate).write_text("go\n")
    await house.printed(session, b"Name: ")

    assert "Name:" == (await house.screen(session)).strip()


async def test_a_pattern_that_never_comes_to_an_end_holds_up_nobody(house: House):
    session = await house.new("sh", "-c", "printf %2000s | tr ' ' a; printf '!'; read name")
    await house.printed(session, b"!")

    outcomes = await house.front.expect(
        session.id, [Step("(a+)+$", "never", seconds=0.1), Step("a")]
    )

    assert ["timeout", "skipped"] == [each.how for each in outcomes]


async def test_as_many_scripts_as_may_wait_leave_the_threads_to_those_who_work(house: House):
    session = await house.new("sh", "-c", "printf 'Name: '; read name")
    trio.to_thread.current_default_thread_limiter().total_tokens = 1

    (outcome,) = await house.front.expect(session.id, [Step("Name:", seconds=5)])

    assert "matched" == outcome.how


async def test_who_comes_while_too_many_scripts_wait_is_told_to_come_again(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    session = await house.new("cat")
    monkeypatch.setattr(expecting, "SCRIPTS", trio.CapacityLimiter(1))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(house.front.expect, session.id, [Step("never")])
        while not expecting.SCRIPTS.borrowed_tokens:
            await trio.lowlevel.checkpoint()

        with pytest.raises(Limited, match="scripts wait"):
            await house.front.expect(session.id, [Step("x")])
        nursery.cancel_scope.cancel()


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=50), st.data())
def test_text_arrives_whole_however_it_is_cut_and_coloured(text: str, data: st.DataObject):
    stream = "".join(f"\x1b[3{n % 8}m{c}\x1b]0;t\x07" for n, c in enumerate(text)).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    cleaner = Cleaner()

    parts = zip([0, *cuts], [*cuts, len(stream)], strict=True)

    assert text == "".join(cleaner.feed(stream[start:end]) for start, end in parts)
