"""Scrollback from a log: whole lines, and nothing of full-screen programs."""

from pathlib import Path

import pytest

from rdvd.bytelog import ByteLog
from rdvd.screens import Scrollback, build_frames, read_sizes, render_lines
from rdvd.screens.scrollback import Format

from .written import write_log


def scrollback(log: ByteLog, lines: int, form: Format = "text") -> Scrollback:
    return render_lines(log, read_sizes(log.directory), log.directory, lines, form)


def test_lines_come_back_whole_however_they_wrapped(tmp_path: Path):
    long = "0123456789" * 13
    log = write_log(tmp_path, [(0, f"one\r\n{long}\r\ntwo\r\n".encode())], sizes=[(0, 40, 5)])

    assert Scrollback(["one", long, "two"], is_whole=True) == scrollback(log, 10)


@pytest.mark.parametrize("with_keyframes", [False, True])
def test_the_last_lines_of_many(tmp_path: Path, with_keyframes: bool):
    data = b"".join(b"line %d of the log, and so on\r\n" % n for n in range(60_000))
    log = write_log(tmp_path, [(0, data)])
    if with_keyframes:
        for _ in build_frames(log, read_sizes(log.directory), log.directory):
            pass

    found = scrollback(log, 3_000)

    assert [f"line {n} of the log, and so on" for n in range(57_000, 60_000)] == found.lines
    assert not found.is_whole


def test_what_a_full_screen_program_drew_is_not_in_it(tmp_path: Path):
    output = b"before\r\n\x1b[?1049h\x1b[2Jeditor\r\nmore\x1b[?1049lafter\r\n"
    log = write_log(tmp_path, [(0, output)])

    assert ["before", "after"] == scrollback(log, 10).lines


def test_while_a_full_screen_program_runs_the_lines_before_it_are_shown(tmp_path: Path):
    log = write_log(tmp_path, [(0, b"before\r\n\x1b[?1049h\x1b[2Jeditor")])

    assert ["before"] == scrollback(log, 10).lines


def test_what_was_cleared_from_the_screen_is_still_there(tmp_path: Path):
    log = write_log(tmp_path, [(0, b"old\r\n\x1b[H\x1b[2Jnew\r\n")])

    assert ["old", "new"] == scrollback(log, 10).lines


def test_a_progress_bar_is_one_line(tmp_path: Path):
    bar = b"".join(b"\r%3d%% done" % n for n in range(101))
    log = write_log(tmp_path, [(0, bar + b"\r\nend\r\n")])

    assert ["100% done", "end"] == scrollback(log, 10).lines


def test_changes_of_size_neither_lose_nor_repeat_a_line(tmp_path: Path):
    lines = [f"line {n} " + "x" * (n % 50) for n in range(400)]
    parts = [f"{line}\r\n".encode() for line in lines]
    sizes, offset = [(0, 80, 24)], 0
    for number, part in enumerate(parts):
        if number % 40 == 0:
            sizes.append((offset, 20 + number % 60, 5 + number % 21))
        offset += len(part)
    log = write_log(tmp_path, enumerate(parts), sizes=sizes)

    assert [line.rstrip() for line in lines] == scrollback(log, 1_000).lines


def test_colours_come_back_as_sequences_and_end_with_the_line(tmp_path: Path):
    log = write_log(tmp_path, [(0, b"\x1b[1;31mred\r\nstill\x1b[0m plain\r\n\x1b(0q\x1b(B\r\n")])

    assert ["\x1b[1m\x1b[31mred\x1b[0m", "\x1b[1m\x1b[31mstill\x1b[0m plain", "─"] == [
        line.replace("\x1b[0m\x1b[39m\x1b[49m", "\x1b[0m")
        for line in scrollback(log, 9, "ansi").lines
    ]


def test_an_empty_log_has_no_lines(tmp_path: Path):
    assert Scrollback([], is_whole=True) == scrollback(ByteLog(tmp_path), 10)
