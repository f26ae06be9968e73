"""Orders from hostile hands: refused with a reason, or taken exactly as they are."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdvd.ground.errors import BadInput
from rdvd.sessions import Program, Size
from rdvd.sessions.checks import (
    check_directory,
    check_environment,
    check_keys,
    check_name,
    check_program,
    check_size,
)
from rdvd.sessions.terminal import check_text

GOOD_NAMES = ["a", "build #1", "日本語", 'c\'est "ça"; $(rm -rf /) #{pane_id}', "=x", "-t", "a.b:c"]
BAD_NAMES = [
    "",
    " ",
    "a\nb",
    "a\tb",
    "\x1b[31mred",
    "x\x07",
    "a\u2028b",
    "\u202egnp.exe",
    "x" * 201,
]


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_a_name_is_any_line_of_text(name: str):
    assert name == check_name(name)


@pytest.mark.parametrize("name", BAD_NAMES)
def test_what_speaks_to_terminals_is_no_name(name: str):
    with pytest.raises(BadInput):
        check_name(name)


@pytest.mark.parametrize("name", ["", "1A", "A-B", "A=B", "A\n", "é", "RDV_SESSION_ID", "TMUX"])
def test_what_is_no_variable_or_is_ours_is_refused_and_no_value_is_told(name: str):
    with pytest.raises(BadInput) as refused:
        check_environment({name: "hunter2"})

    assert "hunter2" not in refused.value.detail


def test_a_value_that_the_kernel_would_not_take_is_refused():
    for value in ("a\0b", "x" * 131_072, "\udc00\ud800"):
        with pytest.raises(BadInput):
            check_environment({"A": value})


@pytest.mark.parametrize(
    "program",
    [Program(line="a", arguments=("b",)), Program(arguments=("",)), Program(line="a\0b")],
)
def test_a_program_that_cannot_be_is_refused(program: Program):
    with pytest.raises(BadInput):
        check_program(program)


def test_a_directory_must_be_there_and_be_one_and_be_open(tmp_path: Path):
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")

    assert str(tmp_path) == check_directory(str(tmp_path))
    for bad, why in {
        "relative": "absolute", f"{tmp_path}/none": "no such", f"{tmp_path}/file": "not a",
        f"{tmp_path}/loop": "oop", f"{tmp_path}/\0": "absolute", f"{tmp_path}/{'x' * 300}": "long",
    }.items():  # fmt: skip
        with pytest.raises(BadInput, match=why):
            check_directory(bad)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may enter everything")
def test_a_directory_that_we_may_not_enter_is_refused(tmp_path: Path):
    (tmp_path / "shut").mkdir(mode=0)

    with pytest.raises(BadInput, match="enter"):
        check_directory(str(tmp_path / "shut"))


@pytest.mark.parametrize(
    "key", ["Enter", "C-c", "M-x", "C-M-Left", "F12", "a", "ü", "é", "S-F1", ";"]
)
def test_keys_are_names_that_tmux_knows_or_single_characters(key: str):
    assert (key,) == check_keys([key])


@pytest.mark.parametrize(
    "key", ["", "Entr", "ls", "C-", "F13", "\x03", "\n", "C-cc", "-X", "Enter "]
)
def test_what_is_no_key_is_refused_before_tmux_types_it(key: str):
    with pytest.raises(BadInput):
        check_keys([key])


def test_a_size_has_bounds():
    for size in (Size(1, 40), Size(80, 1), Size(1001, 40), Size(80, 1001)):
        with pytest.raises(BadInput):
            check_size(size)


@given(st.text())
def test_text_that_is_let_in_holds_nothing_that_a_terminal_obeys(text: str):
    try:
        check_text(text)
    except BadInput:
        return

    assert not any(c in text for c in map(chr, (0, 3, 4, 0x1A, 0x1B, 0x7F, 0x9B)))
