"""The parser of control mode: however the bytes are cut, whatever they try."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rdvd.tmux.protocol import Astray, Block, Event, Notification, Parser, Remark

GUARD = b"1795270041 264 1"
FORGERIES = (
    b"%end 1 2 1", b"%error 1 2 1", b"%begin 1 2 1", b"%exit", b"%exit lost", b"", b"%", b"%end",
    b"%end " + GUARD + b" ", b" %end " + GUARD, b"%endx " + GUARD, b"%begin " + GUARD,
    b"%end 11795270041 264 1", b"%end 1795270041 264 11", b"%sessions-changed", b"%output %1 x",
)  # fmt: skip
LINES = st.binary(max_size=20).map(lambda data: data.replace(b"\n", b""))
SCREENS = st.lists(st.one_of(st.sampled_from(FORGERIES), LINES), max_size=12)


def block(lines: list[bytes], guard: bytes = GUARD, end: bytes = b"%end ") -> bytes:
    return b"".join(line + b"\n" for line in (b"%begin " + guard, *lines, end + guard))


def parse(*chunks: bytes) -> list[Event]:
    parser = Parser()
    return [event for chunk in chunks for event in parser.feed(chunk)]


def numbered(pieces: list[bytes]) -> bytes:
    """As tmux does: no guard twice."""
    return b"".join(
        piece.replace(GUARD, b"1795270041 %d 1" % (300 + number))
        for number, piece in enumerate(pieces)
    )


@given(screen=SCREENS)
def test_nothing_on_a_screen_ends_a_block_but_its_own_guard(screen: list[bytes]):
    assert parse(block(screen)) == [Block(True, False, tuple(screen))]


STREAMS = st.lists(
    st.one_of(
        SCREENS.map(block),
        SCREENS.map(lambda screen: block(screen, end=b"%error ")),
        st.sampled_from([b"%sessions-changed\n", b"%unlinked-window-add @3\n", b"oh\n", b"\n"]),
        st.binary(max_size=40),
    ),
    max_size=6,
).map(numbered)


@given(stream=STREAMS, cuts=st.lists(st.integers(0, 2_000), max_size=12))
def test_every_cut_of_a_stream_parses_the_same(stream: bytes, cuts: list[int]):
    places = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    chunks = [stream[begin:end] for begin, end in pairwise(places)]

    assert parse(*chunks) == parse(stream)


@given(stream=STREAMS)
def test_even_byte_by_byte(stream: bytes):
    assert parse(*(stream[at : at + 1] for at in range(len(stream)))) == parse(stream)


@given(data=st.binary(max_size=400))
def test_no_bytes_at_all_can_make_it_fall(data: bytes):
    parse(data, data)


def test_answers_hooks_notifications_and_complaints_are_told_apart():
    stream = (
        block([b"a"]) + block([b"b"], b"1 2 0") + b"%session-renamed $1 x y\n%exit\nno server\n"
    )

    assert parse(stream) == [
        Block(True, False, (b"a",)),
        Block(False, False, (b"b",)),
        Notification(b"session-renamed", b"$1 x y"),
        Notification(b"exit", b""),
        Remark(b"no server"),
    ]


def test_a_guard_that_was_guessed_shows_when_the_true_one_comes():
    guessed = b"x\n%end " + GUARD
    stream = block([*guessed.split(b"\n")]) + block([b"y"], b"1 265 1")

    assert parse(stream)[:2] == [Block(True, False, (b"x",)), Astray(b"%end " + GUARD)]


def test_also_when_the_guess_has_begun_the_next_block():
    guessed = [b"x", b"%error " + GUARD, b"%begin 1 265 1"]

    assert Astray(b"%end " + GUARD) in parse(block(guessed) + block([b"y"], b"1 265 1"))


def test_once_settled_an_old_guard_is_a_line_like_any_other():
    parser = Parser()
    assert len(list(parser.feed(block([b"x"])))) == 1
    parser.settle()

    assert list(parser.feed(block([b"%end " + GUARD], b"1 265 1"))) == [
        Block(True, False, (b"%end " + GUARD,))
    ]
