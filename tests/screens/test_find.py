"""Searching logs as text."""

import re
from itertools import islice
from pathlib import Path

import pytest

from rdvd.ground.errors import BadInput
from rdvd.screens import Query, Redactor, find

from .written import BEGUN, write_log

SECRET = "ghp_" + "a1B2" * 9


def test_hits_have_their_session_place_time_and_neighbours(tmp_path: Path):
    first = write_log(
        tmp_path / "1", [(0, b"a\r\nb\r\n\x1b[1mnee\x1b[0mdle here\r\n"), (5, b"c\r\n")]
    )
    second = write_log(tmp_path / "2", [(7, b"the needle\r\n")])

    hits = list(find([("1", first), ("2", second)], Query("needle", context=1), Redactor()))

    assert [("1", 6, BEGUN, "needle here"), ("2", 0, BEGUN + 7, "the needle")] == [
        (hit.session, hit.offset, hit.at, hit.line) for hit in hits
    ]
    assert (("b",), ("c",)) == (hits[0].before, hits[0].after)


def test_a_line_that_wrapped_and_was_cut_is_found_whole(tmp_path: Path):
    line = b"x" * 100 + b"needle" + b"y" * 100
    log = write_log(tmp_path, [(n, line[n : n + 3]) for n in range(0, len(line), 3)])

    assert [line.decode()] == [hit.line for hit in find([("s", log)], Query("needle"), Redactor())]


def test_secrets_are_not_shown_also_across_chunks_and_lines(tmp_path: Path):
    key = "-----BEGIN PRIVATE KEY-----\r\nabc\r\ndef\r\n-----END PRIVATE KEY-----\r\n"
    data = f"needle {SECRET}\r\n{key}".encode()
    log = write_log(tmp_path, [(n, data[n : n + 5]) for n in range(0, len(data), 5)])

    (hit,) = find([("s", log)], Query("needle", context=4), Redactor())

    assert "needle [redacted]" == hit.line
    assert ("[redacted]", "[redacted]") == hit.after[1:3]


def test_it_stops_when_nobody_asks_on(tmp_path: Path):
    log = write_log(tmp_path, [(0, b"needle\n" * 100_000)])

    assert 3 == len(list(islice(find([("s", log)], Query("needle"), Redactor()), 3)))


def test_case_and_regular_expressions(tmp_path: Path):
    log = write_log(tmp_path, [(0, b"Needle 42\nneedle x\n")])
    query = Query(r"needle \d+", is_regex=True, ignore_case=True)

    assert ["Needle 42"] == [hit.line for hit in find([("s", log)], query, Redactor())]


@pytest.mark.parametrize(
    ("pattern", "is_regex"), [("", False), ("(", True), ("a{99999999999999999999}", True)]
)
def test_a_pattern_that_is_none_is_refused(pattern: str, is_regex: bool):
    with pytest.raises(BadInput, match=re.compile("look for|regular expression")):
        list(find([], Query(pattern, is_regex=is_regex), Redactor()))
