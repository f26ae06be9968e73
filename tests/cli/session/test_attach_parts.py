"""The pure parts of `rdv attach`."""

import pytest

from rdvd.cli.attach.endings import Ending, ending_by, is_worth_another_try
from rdvd.cli.attach.patience import FIRST_PAUSE, LONGEST_PAUSE, Patience
from rdvd.cli.attach.picture import CALM, ENTERED, LEFT, LOWEST_LINE, Picture, notice
from rdvd.cli.attach.typed import AT_ONCE, MOST_WAITING, Typed

SUSPENDED = {"type": "error", "code": "SUSPENDED", "message": "the session is suspended"}


def test_keys_have_arrived_once_the_ping_after_them_is_answered():
    typed = Typed()
    typed.add(b"abc")
    assert (typed.take(), typed.in_doubt, typed.ask()) == (b"abc", 3, True)
    typed.add(b"de")
    assert (typed.take(), typed.ask()) == (b"de", False)  # one ping at a time
    typed.answered()
    assert (typed.in_doubt, typed.ask()) == (2, True)
    typed.answered()
    assert (typed.in_doubt, typed.ask()) == (0, False)


def test_after_a_break_only_what_was_sent_and_not_answered_for_is_in_doubt():
    typed = Typed()
    typed.add(b"x" * (AT_ONCE + 5))
    assert len(typed.take()) == AT_ONCE
    typed.ask()

    assert typed.give_up() == AT_ONCE
    assert (typed.in_doubt, typed.is_waiting, typed.take()) == (0, True, b"xxxxx")
    assert typed.ask()


def test_a_paste_that_nobody_takes_waits_in_the_terminal():
    typed = Typed()
    typed.add(b"x" * (MOST_WAITING - 1))
    assert typed.has_room
    typed.add(b"x")
    assert not typed.has_room


def test_a_daemon_is_looked_for_later_each_time_and_given_up_in_the_end():
    patience = Patience(10.0)
    patience.lost(100.0)
    assert patience.next_try == 100.0
    pauses, now = list[float](), 100.0
    while patience.failed(now):
        pauses.append(patience.next_try - now)
        now = patience.next_try

    assert pauses[0] == pytest.approx(FIRST_PAUSE)
    assert pauses == sorted(pauses)
    assert pauses[-1] == pytest.approx(LONGEST_PAUSE)
    assert 110.0 <= now < 110.0 + LONGEST_PAUSE
    patience.found()
    assert patience.failed(now)


@pytest.mark.parametrize("at", range(len(ENTERED) + 1))
def test_the_other_screen_is_noticed_however_it_comes_in_pieces(at: int):
    picture = Picture()
    for piece in (b"before" + ENTERED[:at], ENTERED[at:] + b"after"):
        picture.show(piece)
    assert picture.undo() == CALM + LEFT
    assert picture.undo() == b""


def test_without_the_other_screen_the_last_picture_stays_above_the_prompt():
    picture = Picture()
    picture.show(ENTERED + b"x" + LEFT)
    assert picture.undo() == CALM + LOWEST_LINE


def test_a_notice_fits_the_line():
    assert b"\x1b[24;1H" in notice("hello", 80, 24)
    assert b" hello wo\x1b" in notice("hello world", 9, 24)


@pytest.mark.parametrize("code", [1001, 1006, 1012, 1013, 4408, 4429])
def test_some_ends_are_worth_another_try(code: int):
    assert is_worth_another_try(code, None)


def test_a_session_that_is_starting_is_waited_for_and_a_suspended_one_is_not():
    assert is_worth_another_try(4409, None)
    assert not is_worth_another_try(4409, SUSPENDED)


@pytest.mark.parametrize(
    ("ended", "text", "program"),
    [
        ({"code": 0, "signal": None}, "one has ended with code 0", 0),
        ({"code": 3, "signal": None}, "one has ended with code 3", 3),
        ({"code": None, "signal": 9}, "one was ended by signal 9", 137),
        ({"code": None, "signal": None}, "one has ended, and nobody saw how", 1),
        (None, "one: the session was closed", None),
    ],
)
def test_the_end_of_the_program_is_no_failure(
    ended: dict[str, int | None] | None, text: str, program: int | None
):
    ending = ending_by(1000, "the session was closed", "one", ended, None)

    assert (ending.text, ending.code, ending.program) == (text, 0, program)


@pytest.mark.parametrize(
    ("code", "exit_code"),
    [(4401, 5), (4403, 5), (4404, 3), (4409, 4), (1011, 1), (1008, 8), (1009, 8)],
)
def test_every_other_end_has_its_exit_code(code: int, exit_code: int):
    assert ending_by(code, "why", "one", None, None).code == exit_code


def test_the_error_before_the_end_says_more_than_the_code():
    assert ending_by(4409, "resume it", "one", None, SUSPENDED) == Ending(
        "one: the session is suspended (4409)", 4, "`rdv session resume one` lets it go on."
    )
