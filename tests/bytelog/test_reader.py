"""The reader beside a model: whatever was recorded, it tells the same of it."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rdvd.bytelog import ByteLog, LogProblem
from rdvd.recorder.log import Log
from rdvd.recorder.types import Kind

from .written import Model, Step, close_all, record_all, steps


@settings(max_examples=30, deadline=None)
@given(steps, st.integers(10, 400), st.data())
def test_what_was_recorded_is_read(all_: list[Step], segment: int, data: st.DataObject):
    with TemporaryDirectory() as place:
        model = record_all(all_, Path(place), segment)
        log = ByteLog(Path(place))

        assert (log.first, log.end) == (model.first, model.end)
        assert {p.offset + i: b for p in log.pieces() for i, b in enumerate(p.data)} == model.held
        assert [(gap.start, gap.end) for gap in log.gaps()] == model.gaps
        assert log.verify() == []
        offset = data.draw(st.integers(0, model.end))
        limit = data.draw(st.integers(1, 1000))
        piece = log.read(offset, limit)
        assert piece.data == model.from_(piece.offset, len(piece.data))
        assert bool(piece.data) == any(at >= offset for at in model.held)


@settings(max_examples=30, deadline=None)
@given(steps, st.integers(1, 400), st.integers(0, 3_000))
def test_times_and_offsets_agree(all_: list[Step], segment: int, time_ms: int):
    with TemporaryDirectory() as place:
        model = record_all(all_, Path(place), segment)
        log = ByteLog(Path(place))
        blocks = list(log.blocks())

        assert [block.at for block in blocks] == sorted(block.at for block in blocks)
        for block in blocks:
            assert log.time_at(block.start) == block.at
        offset = log.offset_at(time_ms)
        assert all(model.times[at] <= time_ms for at in model.held if at < offset)
        assert all(model.times[at] > time_ms for at in model.held if at >= offset)


@pytest.fixture
def written(tmp_path: Path) -> Model:
    """Three sealed segments of ten bytes and a begun one."""
    return record_all([(b"0123456789", 10, 0)] * 3 + [(b"abc", 10, 0)], tmp_path, 10)


def files(place: Path, suffix: str) -> list[Path]:
    return sorted((place / "log").glob(f"*.{suffix}"))


def told(place: Path) -> list[tuple[int, int, str]]:
    return [(each.start, each.end, each.what) for each in ByteLog(place).verify()]


def test_a_changed_byte_is_found_where_it_is(written: Model, tmp_path: Path):
    files(tmp_path, "raw")[1].write_bytes(b"01234x6789")

    assert told(tmp_path) == [(10, 20, "the bytes do not match their checksum")]


def test_a_cut_segment_is_found(written: Model, tmp_path: Path):
    files(tmp_path, "raw")[0].write_bytes(b"0123")

    assert told(tmp_path) == [
        (0, 10, "bytes are missing at the end of the segment"),
        (4, 10, "bytes are missing without a mark"),
    ]


def test_a_lost_segment_is_found_and_the_others_are_read(written: Model, tmp_path: Path):
    files(tmp_path, "raw")[1].unlink()

    assert told(tmp_path) == [(10, 20, "bytes are missing without a mark")]
    assert ByteLog(tmp_path).read(5, 100).data == b"56789"
    assert ByteLog(tmp_path).read(12, 100).offset == 20
    assert [(gap.start, gap.end, gap.why) for gap in ByteLog(tmp_path).gaps()] == [
        (10, 20, "unknown")
    ]


def test_a_lost_index_is_found_and_its_bytes_are_read(written: Model, tmp_path: Path):
    files(tmp_path, "idx")[1].unlink()

    assert (10, 20, "no record covers these bytes") in told(tmp_path)
    assert ByteLog(tmp_path).read(10, 10).data == b"0123456789"
    assert ByteLog(tmp_path).time_at(12) == ByteLog(tmp_path).time_at(20)


def test_a_damaged_record_is_found(written: Model, tmp_path: Path):
    index = files(tmp_path, "idx")[0]
    raw = bytearray(index.read_bytes())
    raw[5] ^= 1
    index.write_bytes(raw)

    assert (0, 0, "record 0 is damaged") in told(tmp_path)


def test_a_torn_last_record_is_no_fault_and_is_written_over(written: Model, tmp_path: Path):
    index = files(tmp_path, "idx")[-1]
    with index.open("ab") as file:
        file.write(b"torn")

    assert told(tmp_path) == []
    log = Log(str(tmp_path / "log"), 10)
    log.mark(1_000, Kind.UNPIPED)
    close_all(log)
    assert told(tmp_path) == []
    assert ByteLog(tmp_path).gaps()[-1].why == "pipe broken"


def test_an_empty_log_is_empty(tmp_path: Path):
    log = ByteLog(tmp_path)

    assert (log.first, log.end, log.gaps(), log.verify(), log.time_at(0)) == (0, 0, [], [], None)
    assert log.read(0, 10).data == b""


def test_a_senseless_question_is_refused(tmp_path: Path):
    with pytest.raises(LogProblem):
        ByteLog(tmp_path).read(-1, 10)


def test_lines_are_found_with_those_around_them_and_without_colours(tmp_path: Path):
    lines = [b"line %d \x1b[31mre\x1b[0md\r\n" % number for number in range(100)]
    record_all([(line, 10, 0) for line in lines], tmp_path, 50)

    (match,) = ByteLog(tmp_path).search(b"line 42 red", context=2)

    assert match.line == b"line 42 red"
    assert match.before == (b"line 40 red", b"line 41 red")
    assert match.after == (b"line 43 red", b"line 44 red")
    assert match.offset == sum(map(len, lines[:42]))
    assert match.at == ByteLog(tmp_path).time_at(match.offset)


def test_the_time_bounds_the_search(tmp_path: Path):
    record_all([(b"line %d\n" % number, 10, 0) for number in range(100)], tmp_path, 50)
    log = ByteLog(tmp_path)

    found = [m.line for m in log.search(re.compile(rb"line \d+"), since=300, until=330)]

    assert found == [b"line 29", b"line 30", b"line 31", b"line 32"]


def test_every_line_is_found_once_also_the_endless_and_the_last(tmp_path: Path):
    record_all([(b"x" * 200_000 + b"END", 10, 0), (b"\nlast", 10, 0)], tmp_path, 70_000)
    log = ByteLog(tmp_path)

    assert [m.line[-3:] for m in log.search(b"END")] == [b"END"]
    assert [m.line for m in log.search(b"last", context=3)] == [b"last"]
