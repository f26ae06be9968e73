"""The pure parts of `rdv session`: who is meant, text of what was printed, times, variables."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdvd.cli.exits import CONFLICT, NOT_FOUND, USAGE, Failure
from rdvd.cli.session.beginning import environment
from rdvd.cli.session.expecting import pairs
from rdvd.cli.session.finding import choose, shortest_ids
from rdvd.cli.session.logs import moment_of
from rdvd.cli.session.text import Lines
from rdvd.cli.session.words import age, program, state

HOUR = 3_600_000


def session(id: str, name: str, status: str = "active", **more: Any) -> dict[str, Any]:
    common: dict[str, Any] = {
        "project_path": "/src", "frozen": False, "exit_code": None, "exit_signal": None,
        "exited_at": None, "agent_provider": None, "shell_command": None, "command": [],
    }  # fmt: skip
    return common | {"id": id, "name": name, "status": status} | more


SESSIONS = [
    session("0199aaaa-1", "build"),
    session("0199aaaa-2", "shell"),
    session("0199bbbb-3", "shell"),
    session("0199cccc-4", "build", "closed"),
    session("0199dddd-5", "old", "trashed"),
    session("0199eeee-6", "0199aaaa", "exited"),
]


@pytest.mark.parametrize(
    ("word", "id"),
    [
        ("build", "0199aaaa-1"),  # the living before the closed
        ("old", "0199dddd-5"),
        ("0199b", "0199bbbb-3"),
        ("0199CCCC", "0199cccc-4"),
        ("0199aaaa", "0199eeee-6"),  # a name before the beginning of an id
    ],
)
def test_the_one_that_is_meant_is_found(word: str, id: str):
    assert choose(word, SESSIONS)["id"] == id


@pytest.mark.parametrize(
    ("word", "code", "said"),
    [
        ("shell", CONFLICT, "0199aaaa-2  active     shell  /src\n     0199bbbb-3  active"),
        ("0199", CONFLICT, "6 sessions may be meant by 0199"),
        ("019", NOT_FOUND, "there is no session 019"),
        ("biuld", NOT_FOUND, "Did you mean build?"),
        ("\x1b[31m", NOT_FOUND, "there is no session \ufffd[31m"),
    ],
)
def test_otherwise_it_says_who_may_be_meant(word: str, code: int, said: str):
    with pytest.raises(Failure) as caught:
        choose(word, SESSIONS)

    assert caught.value.code == code
    assert said in str(caught.value)


@given(st.lists(st.text("0123456789abcdef-", min_size=12, max_size=36), unique=True))
def test_a_shortest_id_begins_no_other_id(ids: list[str]):
    for id, short in shortest_ids(ids).items():
        assert [each for each in ids if each.startswith(short)] in ([id], [id, *_longer(id, ids)])
        assert len(short) >= 8


def _longer(id: str, ids: list[str]) -> list[str]:
    """Ours all have the same length; of others one may begin with another."""
    return [each for each in ids if each != id and each.startswith(id)]


@pytest.mark.parametrize(
    ("printed", "lines"),
    [
        (b"one\r\ntwo\n", ["one", "two"]),
        (b"\x1b[1;31mred\x1b[m and \x1b]0;title\x07blue\n", ["red and blue"]),
        (b"10%\r50%\r100%\r\n", ["100%"]),
        (b"long line\rshort\n", ["shortline"]),
        (b"ab\b\bcd\n", ["cd"]),
        (b"a\x07\x00b\x7f\n", ["ab"]),
        (b"tab\there\n", ["tab\there"]),
        (b"gr\xc3\xbc\xc3\x9fe \xff\n", ["gr\u00fc\u00dfe \ufffd"]),
        (b"\x1bPq~.\x1b\\x\x1b(By\n", ["xy"]),
        (b"not complete", ["not complete"]),
    ],
    ids=repr,
)
def test_what_was_printed_becomes_text_in_whatever_pieces_it_comes(
    printed: bytes, lines: list[str]
):
    for size in (1, 2, 3, len(printed)):
        text = Lines()
        parts = (printed[at : at + size] for at in range(0, len(printed), size))
        told = [line for part in parts for line in text.feed(part)]
        assert told + ([text.rest] if text.rest else []) == lines


@given(st.binary(max_size=200), st.integers(0, 200))
def test_nothing_in_the_text_speaks_to_a_terminal(printed: bytes, at: int):
    text = Lines()
    told = [*text.feed(printed[:at]), *text.feed(printed[at:]), text.rest]

    assert all(c >= " " or c == "\t" for line in told for c in line)
    assert not any("\x7f" <= c <= "\x9f" for line in told for c in line)


@pytest.mark.parametrize(
    ("text", "ago"),
    [("90s", 90), ("5min", 300), ("5m", 300), ("2h ago", 7200), ("1.5 h", 5400), ("1d", 86400)],
)
def test_a_time_may_be_so_long_ago(text: str, ago: float):
    assert moment_of(text, 1_000_000.0) == round(1000 * (1_000_000 - ago))


def test_a_time_may_be_one_of_a_clock():
    assert moment_of("2026-01-31T12:00:00+00:00", 0.0) == 1_769_860_800_000
    with pytest.raises(Failure, match="is no time"):
        moment_of("yesterday", 0.0)


def test_variables_come_from_files_first_and_values_are_never_repeated(tmp_path: Path):
    file = tmp_path / "variables"
    file.write_text("# mine\n\nA=1\n B=x=y z \n")

    assert environment(("A=2", "C="), (str(file),)) == {"A": "2", "B": "x=y z", "C": ""}
    for variables in (("secret-key",), ("=secret-key",)):
        with pytest.raises(Failure) as caught:
            environment(variables, ())
        assert caught.value.code == USAGE
        assert "secret-key" not in str(caught.value)


def test_states_are_told_in_words():
    assert state(session("1", "a")) == "active"
    assert state(session("1", "a", "suspended", frozen=True)) == "suspended, frozen"
    assert state(session("1", "a", "exited", exit_code=3, exited_at=1)) == "exited 3"
    assert state(session("1", "a", "exited", exit_signal=9, exited_at=1)) == "killed 9"
    assert program(session("1", "a", command=["ls", "a b"])) == "ls 'a b'"
    assert program(session("1", "a", agent_provider="claude")) == "claude"
    assert (age(HOUR, 2 * 3600), age(HOUR, 0), age(None)) == ("1h", "0s", "-")


def test_patterns_and_replies_come_in_pairs():
    assert pairs(("a", "b", "c")) == [
        {"pattern": "a", "reply": "b"},
        {"pattern": "c", "reply": None},
    ]
