"""Arguments on their way to a real tmux: they arrive as they were, whatever bytes they are of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdvd.ground.errors import BadInput
from rdvd.tmux import literal, literal_for_clock
from rdvd.tmux.quoting import command_line, quote

ANY_BYTES = st.binary(max_size=60).map(lambda data: data.replace(b"\0", b""))


@given(words=st.lists(ANY_BYTES, min_size=1))
def test_a_command_is_one_line_of_printable_bytes_and_never_an_empty_one(words: list[bytes]):
    line = command_line(tuple(words))

    assert line.endswith(b"\n")
    assert all(0x20 <= byte < 0x7F for byte in line[:-1])
    assert len(line) > 1


def test_a_nul_byte_is_refused_before_anything_is_sent():
    with pytest.raises(BadInput, match="NUL"):
        quote("a\0b")


def test_half_a_character_is_refused():
    with pytest.raises(BadInput, match="no text"):
        quote("a\ud800b")


def test_text_that_is_no_utf_8_keeps_its_bytes():
    assert quote(b"\xff".decode(errors="surrogateescape")) == rb'"\377"'


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("#(touch x)", "##(touch x)"),
        ("#{pane_pid}", "##{pane_pid}"),
        ("##", "####"),
        ("#[fg=red]", "#[fg=red]"),
        ("a##[b", "a##[b"),
        ("100%", "100%"),
    ],
)
def test_what_tmux_would_expand_is_written_so_that_it_stays(text: str, written: str):
    assert literal(text) == written


def test_what_a_clock_would_expand_is_doubled_too():
    assert literal_for_clock("%H #S") == "%%H ##S"
