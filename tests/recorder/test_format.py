"""The format on the disk, the words of the socket, and the clock: pure, so tried with anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdvd.recorder import (
    RECORD_SIZE,
    Kind,
    Limits,
    MalformedLine,
    MalformedRecord,
    Record,
    pack,
    segment_name,
    split_lines,
    start_of,
    unpack,
    whole_records,
    write_line,
)
from rdvd.recorder.clock import SteadyClock
from rdvd.recorder.retention import Kept, surplus

offsets = st.integers(0, 2**63)
words = st.lists(st.text() | st.integers(), min_size=1, max_size=6)


@st.composite
def records(draw: st.DrawFn) -> list[Record]:
    found: list[Record] = []
    time_ms = at = 0
    for length, passed, crc in draw(
        st.lists(st.tuples(st.integers(0, 2**20), st.integers(0, 10**9), st.integers(0, 2**32 - 1)))
    ):
        time_ms += passed
        found.append(Record(time_ms, at, at + length, crc))
        at += length
    return found


@given(records(), st.integers(0, RECORD_SIZE - 1))
def test_an_index_reads_as_it_was_written_also_with_a_torn_end(found: list[Record], torn: int):
    raw = b"".join(map(pack, found))

    assert whole_records(raw + pack(Record(0, 0, 0, 0))[:torn]) == found


@given(records().filter(bool), st.data())
def test_a_damaged_record_ends_what_is_believed(found: list[Record], data: st.DataObject):
    raw = bytearray(b"".join(map(pack, found)))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))

    assert whole_records(bytes(raw)) == found[: at // RECORD_SIZE]


@given(st.binary(max_size=80))
def test_any_bytes_are_a_record_or_are_refused(raw: bytes):
    try:
        record = unpack(raw)
    except MalformedRecord:
        return
    assert pack(record) == raw


@given(offsets)
def test_the_name_of_a_segment_is_its_offset(start: int):
    assert start_of(segment_name(start)) == start


@pytest.mark.parametrize("name", ["removed", "1.raw", "0" * 20 + ".idx", "x" * 20 + ".raw", ".raw"])
def test_other_files_are_no_segments(name: str):
    assert start_of(name) is None


@given(st.lists(words), st.data())
def test_messages_arrive_as_they_were_said_however_the_stream_is_split(
    messages: list[list[str | int]], data: st.DataObject
):
    stream = b"".join(write_line(*message) for message in messages)
    cut = data.draw(st.integers(0, len(stream)))

    first, rest = split_lines(stream[:cut])
    second, rest = split_lines(rest + stream[cut:])

    assert [*first, *second] == [[str(word) for word in message] for message in messages]
    assert rest == b""


@given(st.binary())
def test_any_bytes_are_messages_or_are_refused(stream: bytes):
    try:
        messages, rest = split_lines(stream)
    except (MalformedLine, UnicodeDecodeError):
        return
    assert stream.count(b"\n") == len(messages)
    assert stream.endswith(rest)


@given(st.lists(st.tuples(st.integers(0, 10**13), st.integers(0, 10**7)), min_size=1))
def test_times_never_go_back_whatever_is_done_to_the_clock(ticks: list[tuple[int, int]]):
    clock, mono, told = SteadyClock(), 1, list[int]()
    for wall, passed in ticks:
        mono += passed
        told.append(clock.at(wall, mono))

    assert told == sorted(told)
    assert all(time >= wall for time, (wall, _) in zip(told, ticks, strict=True))


def test_a_clock_that_was_set_back_is_caught_up_with_at_half_speed():
    clock = SteadyClock()
    clock.at(1_000_000, 1)

    told = [clock.at(900_000 + passed, 1 + passed) for passed in (0, 100_000, 200_000, 300_000)]

    assert told == [1_000_000, 1_050_000, 1_100_000, 1_200_000]


@st.composite
def kept(draw: st.DrawFn) -> Kept:
    log, start = draw(st.sampled_from("abc")), draw(st.integers(0, 30)) * 100
    size, modified = draw(st.integers(0, 100)), draw(st.integers(0, 10**6))
    return Kept(log, start, start + size, size, modified, draw(st.booleans()))


def by_place(each: Kept) -> tuple[str, int]:
    return each.directory, each.start


@given(st.lists(kept(), unique_by=by_place), st.integers(0, 10**6))
def test_limits_are_kept_and_the_last_segment_of_a_log_stays(all_: list[Kept], now: int):
    limits = Limits(segment_bytes=10, session_bytes=500, total_bytes=900, age_seconds=500)

    gone = {each for each, _ in surplus(all_, limits, now)}
    left = [each for each in all_ if each not in gone]

    assert not any(each.is_last for each in gone)
    removable = [each for each in left if not each.is_last]
    assert sum(each.size for each in left) <= limits.total_bytes or not any(
        each.size for each in removable
    )
    assert all(now - each.modified_ms <= 500_000 for each in removable)


@given(st.lists(kept(), unique_by=by_place))
def test_without_a_time_nothing_is_too_old(all_: list[Kept]):
    assert Kind.TOO_OLD not in {why for _, why in surplus(all_, Limits(), None)}
