"""Searching in a process of its own: what it finds in time counts, and nobody waits longer."""

from pathlib import Path

import pytest

from rdvd.ground.errors import BadInput
from rdvd.screens import CastOptions, Query, Record, Search, record, search
from rdvd.screens.diggers import NotDug

from .written import write_log


def order(*logs: Path, query: Query, most_hits: int = 10, most_bytes: int = 1 << 30) -> Search:
    return Search([(each.name, str(each)) for each in logs], query, most_hits, most_bytes)


async def test_a_pattern_without_end_is_ended_and_what_was_found_before_counts(tmp_path: Path):
    write_log(tmp_path / "1", [(0, b"aab\n" + b"a" * 64 + b"c\n")])

    without_end = order(tmp_path / "1", query=Query("(a+)+b", is_regex=True))
    for seconds in (2, 8):  # what finds nothing may only just have begun
        found = await search(without_end, seconds)
        if found.hits:
            break

    assert (["aab"], "time") == ([hit.line for hit in found.hits], found.cut_off)


async def test_no_more_is_read_than_is_allowed(tmp_path: Path):
    for name in "12":
        write_log(tmp_path / name, [(0, b"needle\n" * 10)])

    logs = (tmp_path / "1", tmp_path / "2")
    found = await search(order(*logs, query=Query("needle"), most_bytes=50))
    assert ({"1"}, "bytes") == ({hit.session for hit in found.hits}, found.cut_off)


async def test_a_pattern_that_is_none_is_refused_before_anything_runs(tmp_path: Path):
    with pytest.raises(BadInput):
        await search(order(tmp_path, query=Query("(", is_regex=True)))


async def test_patterns_of_ours_are_hidden_in_recordings_too(tmp_path: Path):
    write_log(tmp_path, [(0, b"my hunter2 is\n")])

    async with record(Record(str(tmp_path), CastOptions(), ["hunter2"])) as pieces:
        cast = b"".join([piece async for piece in pieces])
    assert b"my ******* is" in cast


async def test_a_recording_that_fails_is_never_taken_for_whole(tmp_path: Path):
    nowhere = Record(str(tmp_path / "missing" / "\0"), CastOptions())

    with pytest.RaisesGroup(NotDug):
        async with record(nowhere) as pieces:
            _ = [piece async for piece in pieces]


async def test_who_leaves_a_recording_ends_its_process(tmp_path: Path):
    write_log(tmp_path, [(0, b"a line of some length\n" * 500_000)])
    before = children()

    async with record(Record(str(tmp_path), CastOptions())) as pieces:
        async for _ in pieces:
            assert len(children() - before) == 1
            break
    assert children() == before


def children() -> set[str]:
    """Each thread has its own."""
    told = Path("/proc/self/task").glob("*/children")
    return {child for each in told for child in each.read_text().split()}
