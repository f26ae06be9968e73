"""The screen at any moment, with keyframes and without, is the same."""

import os
import statistics
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rdvd.bytelog import ByteLog
from rdvd.screens import (
    Emulator,
    Size,
    append_size,
    build_frames,
    last_frame,
    read_sizes,
    render_lines,
    screen_at,
    screen_of,
)
from rdvd.screens.frames import FOLDER, forget_frames
from rdvd.screens.replay import FRAME_BYTES, HISTORY

from .outputs import outputs
from .written import BEGUN, write_log

LINE = b"\x1b[2m12:00:00.%03d\x1b[0m \x1b[32mINFO\x1b[0m request %06d took \x1b[36m%d ms\x1b[0m\r\n"


def coloured(lines: int) -> bytes:
    return b"".join(LINE % (n % 1000, n, n % 77) for n in range(lines))


def blocks_of(data: bytes, size: int = 65_536) -> list[tuple[int, bytes]]:
    return [(n // 100, data[n : n + size]) for n in range(0, len(data), size)]


def built(log: ByteLog) -> int:
    return sum(1 for _ in build_frames(log, read_sizes(log.directory), log.directory))


def test_a_screen_is_the_same_with_keyframes_and_without(tmp_path: Path):
    data = coloured(16_000)
    changes = [(0, 80, 24), (300_000, 100, 30), (700_001, 60, 10)]
    log = write_log(tmp_path, blocks_of(data), sizes=changes, segment=400_000)
    sizes = read_sizes(log.directory)
    moments = [0, 1, 299_999, 300_000, 300_001, 650_000, 700_001, 900_123, len(data)]
    without = [screen_at(log, sizes, log.directory, offset) for offset in moments]

    frames = built(log)
    with_them = [screen_at(log, sizes, log.directory, offset) for offset in moments]

    assert frames >= len(data) // FRAME_BYTES
    assert without == with_them
    assert [(screen.columns, screen.rows) for screen in without[2:5]] == [
        (80, 24),
        (100, 30),
        (100, 30),
    ]


@given(parts=st.lists(outputs(8), min_size=1, max_size=8), data=st.data())
@settings(max_examples=25, deadline=None)
def test_a_replay_shows_what_was_shown_at_the_time(
    tmp_path_factory: object, parts: list[bytes], data: st.DataObject
):
    import tempfile  # lazy: one folder per example, not per test

    with tempfile.TemporaryDirectory() as folder:
        log = write_log(Path(folder), [(n * 10, part) for n, part in enumerate(parts) if part])
        live = Emulator(80, 24, HISTORY)
        offset = 0
        for part in parts[: data.draw(st.integers(1, len(parts)))]:
            live.feed(part)
            offset += len(part)

        shown = screen_at(log, read_sizes(log.directory), log.directory, offset)

    assert screen_of(live.display) == shown


def test_a_string_without_an_end_hides_five_seconds_at_most(tmp_path: Path):
    blocks = [(0, b"one\r\n\x1b]0;never ended"), (3_000, b"hidden"), (6_000, b"two")]
    log = write_log(tmp_path, blocks)

    screen = screen_at(log, read_sizes(log.directory), log.directory, log.end)

    assert ("one", "two", "") == screen.text[:3]


def test_a_time_shows_what_had_been_printed_by_then(tmp_path: Path):
    log = write_log(tmp_path, [(0, b"one\r\n"), (50, b"two\r\n"), (90, b"three\r\n")])
    sizes = read_sizes(log.directory).known_at(BEGUN + 60)

    screen = screen_at(log, sizes, log.directory, log.offset_at(BEGUN + 60))

    assert ("one", "two", "") == screen.text[:3]


def test_keyframes_go_on_where_they_ended(tmp_path: Path):
    data = coloured(12_000)
    log = write_log(tmp_path, blocks_of(data))
    first = built(log)
    again = built(log)
    more = coloured(9_000)
    with (log.directory / f"{0:020}.raw").open("ab") as file:
        file.write(more)

    after = built(log)

    assert (first > 2, again, after > 1) == (True, 0, True)
    frame = last_frame(log.directory, log.end)
    assert frame is not None
    assert frame.offset > len(data)


def test_a_torn_or_changed_keyframe_is_passed_over(tmp_path: Path):
    log = write_log(tmp_path, blocks_of(coloured(12_000)))
    sizes = read_sizes(log.directory)
    built(log)
    expected = screen_at(log, sizes, log.directory, log.end)
    file = next((log.directory / FOLDER).iterdir())
    whole = file.read_bytes()
    frame = last_frame(log.directory, log.end)
    assert frame is not None

    file.write_bytes(whole[:-1])
    torn = last_frame(log.directory, log.end)
    file.write_bytes(whole[:-5] + b"xxxxx")
    changed = last_frame(log.directory, log.end)

    assert torn is not None
    assert changed is not None
    assert torn.offset == changed.offset < frame.offset
    assert expected == screen_at(log, sizes, log.directory, log.end)
    assert built(log) == 1
    assert expected == screen_at(log, sizes, log.directory, log.end)


def test_keyframes_go_with_their_part_of_the_log(tmp_path: Path):
    folder = tmp_path / FOLDER
    folder.mkdir()
    for start in (0, 1 << 24, 2 << 24):
        (folder / f"{start:020}").touch()

    gone = forget_frames(tmp_path, (1 << 24) + 5)

    assert gone == 1
    assert sorted(int(file.name) for file in folder.iterdir()) == [1 << 24, 2 << 24]


def test_a_log_whose_beginning_is_gone_is_replayed_from_what_is_left(tmp_path: Path):
    log = write_log(tmp_path, [(0, b"left\r\n")], first=1_000, sizes=[(0, 80, 24), (900, 40, 5)])

    screen = screen_at(log, read_sizes(log.directory), log.directory, 0)
    last = screen_at(log, read_sizes(log.directory), log.directory, log.end)

    assert (40, 5, "") == (screen.columns, screen.rows, screen.text[0])
    assert "left" == last.text[0]


def test_a_size_that_was_cut_off_or_is_none_is_passed_over(tmp_path: Path):
    append_size(tmp_path, Size(0, BEGUN, 100, 30))
    with (tmp_path / "sizes").open("a") as file:
        file.write("nonsense\n5 1 0 20\n6 1 99999999 3\n7 1 50 10\n9 1 12")

    sizes = read_sizes(tmp_path)

    assert [(sizes.at(o).columns, sizes.at(o).rows) for o in (0, 6, 7, 99)] == [
        (100, 30),
        (100, 30),
        (50, 10),
        (50, 10),
    ]


def test_any_moment_of_a_long_log_is_a_blink_away_once_it_has_keyframes(tmp_path: Path):
    log = write_log(tmp_path, blocks_of(coloured(30_000)), segment=1 << 21)
    sizes = read_sizes(log.directory)
    built(log)
    took: list[float] = []
    for n in range(1, 40):
        begun = time.thread_time()
        screen_at(log, sizes, log.directory, log.end * n // 40)
        took.append(time.thread_time() - begun)

    assert statistics.median(took) < 0.05


def test_bytes_that_have_no_time_yet_came_no_sooner_than_they_were_written(tmp_path: Path):
    log = write_log(tmp_path, [(0, b"old")])
    (segment,) = log.directory.glob("*.raw")
    with segment.open("ab") as file:
        file.write(b"new")
    os.utime(segment, ns=(0, (BEGUN + 50) * 1_000_000))

    assert (3, 6) == (log.offset_at(BEGUN + 49), log.offset_at(BEGUN + 50))


@pytest.mark.parametrize("is_built", [False, True])
def test_another_terminal_begins_empty_and_is_as_if_nothing_had_been(
    tmp_path: Path, is_built: bool
):
    before = coloured(9_000) + b"\x1b[?1049h\x1b[2;5r\x1b[31mstill there\x1b]0;half a title"
    after = b"fresh\r\n\x1b[99Clast" + coloured(9_000)
    log = write_log(tmp_path, blocks_of(before + after, 7_000), beginnings=[len(before)])
    sizes = read_sizes(log.directory)
    assert is_built is bool(built(log) if is_built else 0)

    for seen in (0, 5, 300_000, len(after)):
        alone = Emulator(80, 24, HISTORY)
        alone.feed(after[:seen])
        screen = screen_at(log, sizes, log.directory, len(before) + seen)
        assert screen_of(alone.display) == screen
    lines = render_lines(log, sizes, log.directory, 20_000).lines
    assert lines[0] == "fresh"
    assert "still there" in "".join(screen_at(log, sizes, log.directory, len(before) - 1).text)
