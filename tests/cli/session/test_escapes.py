"""What is typed for us is told apart from what is typed for the session."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdvd.cli.attach.escapes import Command, Escapes

KEYS = st.lists(
    st.sampled_from(
        [b"~", b".", b"?", b"\x1a", b"\r", b"\n", b"a", b"\x1b", b"[", b"O", b"M", b"200~", b"201~",
         b"\x1b[200~", b"\x1b[201~", b"\x1b]", b"\x07", b"\x1b\\", b"\xc3\xbc", b"\x03"]
    ),
    max_size=30,
).map(b"".join)  # fmt: skip


def feed(*pieces: bytes, key: str | None = "~") -> list[bytes | Command]:
    """What is sent in between is put together."""
    told: list[bytes | Command] = []
    escapes = Escapes(key)
    for each in (each for piece in pieces for each in escapes.feed(piece)):
        if isinstance(each, bytes) and told and isinstance(told[-1], bytes):
            told[-1] += each
        else:
            told.append(each)
    return told


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (b"~.", [Command.DETACH]),
        (b"~\x1a", [Command.SUSPEND]),
        (b"ls\r~?", [b"ls\r", Command.HELP]),
        (b"\r~?~.", [b"\r", Command.HELP, Command.DETACH]),
        (b"~~.", [b"~."]),
        (b"~~\r~.", [b"~\r", Command.DETACH]),
        (b"~/.bashrc\r", [b"~/.bashrc\r"]),
        (b"~\r~.", [b"~\r", Command.DETACH]),
        (b"ls ~.", [b"ls ~."]),
        (b"~", []),
    ],
    ids=repr,
)
def test_only_at_the_beginning_of_a_line_it_is_for_us(typed: bytes, told: list[bytes | Command]):
    assert feed(typed) == told


@pytest.mark.parametrize(
    "sequence",
    [
        b"\x1b[A", b"\x1bOA", b"\x1b[I", b"\x1b[O", b"\x1b[<35;10;4M", b"\x1b[M ~.", b"\x1b[?1;2c",
        b"\x1b]11;rgb:0/0/0\x07", b"\x1bP>|term~.\x1b\\", b"\x1bP" + b"~." * 500 + b"\x1b\\",
    ],
    ids=lambda each: repr(each[:16]),
)  # fmt: skip
def test_what_a_terminal_says_by_itself_does_not_end_the_beginning_of_a_line(sequence: bytes):
    assert feed(b"\r" + sequence + b"~.") == [b"\r" + sequence, Command.DETACH]


def test_nothing_that_is_pasted_is_for_us():
    pasted = b"\x1b[200~~.\r~.\n~?\x1b[201~"

    assert feed(b"\r" + pasted + b"~.\r~.") == [b"\r" + pasted + b"~.\r", Command.DETACH]


@given(KEYS)
def test_without_an_escape_key_everything_is_for_the_session(typed: bytes):
    assert b"".join(each for each in feed(typed, key=None) if isinstance(each, bytes)) == typed


@given(KEYS, st.integers(0, 60))
def test_it_does_not_matter_in_which_pieces_keys_come(typed: bytes, at: int):
    one_by_one = [typed[place : place + 1] for place in range(len(typed))]

    assert feed(typed) == feed(typed[:at], typed[at:]) == feed(*one_by_one)


@given(KEYS)
def test_nothing_is_lost_but_what_was_for_us(typed: bytes):
    told = feed(typed + b"a")
    sent = sum(len(each) for each in told if isinstance(each, bytes))
    commands = sum(isinstance(each, Command) for each in told)
    doubled = len(typed) + 1 - sent - 2 * commands

    assert 0 <= doubled <= typed.count(b"~~")
