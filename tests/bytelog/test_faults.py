"""Full disks, lost files, limits, clocks and many sessions at once."""

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trio

from rdvd.bytelog import Recording

from .recorders import Home, home_in, piped, recording_in, wait_until

SMALL = 64 * 1024
ROUNDS, FLOOD = 20, 40_000  # as in small_disk


def kept(home: Home, session: str) -> bytes:
    return b"".join(piece.data for piece in home.log(session).pieces())


@contextmanager
def no_file_longer_than(size: int, pid: int | None) -> Generator[None, None, None]:
    """What a full disk is to one process: writes behind this size are refused."""
    assert pid is not None
    usual = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, usual)


async def test_a_quiet_session_loses_nothing_while_the_disk_is_full(
    home: Home, recording: Recording
):
    directory = home.make("one")
    await recording.add("one")
    with piped(directory) as pipe:
        assert pipe.stdin is not None
        os.write(pipe.stdin.fileno(), b"before ")
        assert await recording.drain("one") == 7
        with no_file_longer_than(7, home.recorder):
            os.write(pipe.stdin.fileno(), b"meanwhile ")
            await recording.drain("one")
            assert (await recording.facts()).trouble == "File too large"
            assert kept(home, "one") == b"before "
        await wait_until(lambda: home.log("one").end == 17)

    assert kept(home, "one") == b"before meanwhile "
    assert (await recording.facts()).trouble == ""
    assert (home.log("one").gaps(), home.log("one").verify()) == ([], [])


async def test_what_a_full_disk_cost_is_counted_marked_and_healed(home: Home, recording: Recording):
    directory = home.make("one")
    await recording.add("one")
    with piped(directory) as pipe:
        assert pipe.stdin is not None
        os.write(pipe.stdin.fileno(), b"before ")
        await recording.drain("one")
        with no_file_longer_than(7, home.recorder):
            flood = b"lost " * 100_000
            with trio.fail_after(10):  # the session goes on
                await trio.to_thread.run_sync(os.write, pipe.stdin.fileno(), flood)
                await wait_until_lost(recording, 300_000)
        os.write(pipe.stdin.fileno(), b" after")
        expected = 7 + len(flood) + 6
        await wait_until(lambda: home.log("one").end == expected)
        assert await recording.drain("one") == expected

    log, facts = home.log("one"), await recording.facts()
    gaps = log.gaps()
    assert [gap.why for gap in gaps] == ["disk full"] * len(gaps)
    assert gaps[0].start == 7
    assert sum(gap.end - gap.start for gap in gaps) == facts.lost_bytes
    assert len(kept(home, "one")) == expected - facts.lost_bytes
    assert kept(home, "one").endswith(b" after")
    assert log.verify() == []


async def wait_until_lost(recording: Recording, count: int) -> None:
    while (await recording.facts()).lost_bytes < count:
        await trio.lowlevel.checkpoint()


APART = ("unshare", "--user", "--map-root-user", "--mount")


def test_on_a_disk_that_is_really_full_every_byte_is_there_or_told_of(tmp_path: Path):
    """Files can still be made there, and old ones may have room in their last page."""
    if subprocess.run([*APART, "true"], capture_output=True, check=False).returncode:
        pytest.skip("a small disk is mounted in namespaces of a user: allow them, or be root")
    command = [*APART, sys.executable, "-m", "tests.bytelog.small_disk", str(tmp_path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, timeout=60, check=True)
    found = json.loads(done.stdout)

    assert set(found["gaps"]) == {"disk full"}
    assert found["faults"] == []
    assert found["ends"] == ["before ", " after"]
    assert found["missing"] == found["lost"] > 0
    assert found["kept"] + found["missing"] == found["end"] == 13 + ROUNDS * FLOOD


async def test_a_session_keeps_to_its_limit_and_says_what_is_gone(place: Path):
    with home_in(place, segment_bytes=SMALL, session_bytes=4 * SMALL + 8_000) as home:
        async with recording_in(home) as recording:
            directory = home.make("one")
            await recording.add("one")
            printed = os.urandom(20 * SMALL)
            with piped(directory) as pipe:
                assert pipe.stdin is not None
                await trio.to_thread.run_sync(pipe.stdin.write, printed)
                pipe.stdin.flush()
                await recording.drain("one")
            log = home.log("one")

            assert 2 * SMALL <= log.end - log.first <= 5 * SMALL
            assert kept(home, "one") == printed[log.first :]
            (gap,) = log.gaps()
            assert (gap.start, gap.end) == (0, log.first)
            assert gap.why == "over the limit of the session"
            assert log.read(0, 10).offset == log.first
            assert log.verify() == []


async def test_all_sessions_together_keep_to_their_limit_oldest_first(place: Path):
    with home_in(place, segment_bytes=SMALL, total_bytes=12 * SMALL) as home:
        async with recording_in(home) as recording:
            for session in ("old", "new"):
                directory = home.make(session)
                await recording.add(session)
                with piped(directory) as pipe:
                    assert pipe.stdin is not None
                    await trio.to_thread.run_sync(pipe.stdin.write, os.urandom(8 * SMALL + 10))
                    pipe.stdin.flush()
                    await recording.drain(session)

            old, new = home.log("old"), home.log("new")
            assert old.first > 0
            assert old.gaps()[0].why == "over the limit of all sessions"
            assert new.first == 0
            kept_ = sum(log.end - log.first for log in (old, new))
            assert kept_ <= 12 * SMALL


async def test_after_a_power_cut_that_cost_bytes_offsets_go_on_and_the_gap_is_marked(home: Home):
    directory = home.make("one")
    async with recording_in(home) as recording:
        await recording.add("one")
        with piped(directory) as pipe, recording.growth_of("one") as growth:
            assert pipe.stdin is not None
            os.write(pipe.stdin.fileno(), b"0123456789")
            while (await anext(growth)).end < 10:
                pass
    home.kill_recorder()
    (segment,) = (directory / "log").glob("*.raw")
    os.truncate(segment, 4)

    async with recording_in(home) as recording:
        assert await recording.add("one") == 10
        with piped(directory) as pipe, recording.growth_of("one") as growth:
            assert pipe.stdin is not None
            os.write(pipe.stdin.fileno(), b"abc")
            while (await anext(growth)).end < 13:
                pass

    (gap,) = home.log("one").gaps()
    assert (gap.start, gap.end, gap.why) == (4, 10, "lost in a crash")
    assert kept(home, "one") == b"0123abc"


async def test_two_hundred_sessions_at_once_are_each_byte_identical(
    home: Home, recording: Recording
):
    names = [f"session-{number}" for number in range(200)]

    async def one(name: str) -> None:
        directory = home.make(name)
        await recording.add(name)
        writer = os.open(directory / "pane", os.O_WRONLY)
        (directory / "pipe").write_text("0")
        try:
            for _ in range(20):
                os.write(writer, f"{name} ".encode())
                await trio.lowlevel.checkpoint()
        finally:
            os.close(writer)
        assert await recording.remove(name) == 20 * (len(name) + 1)

    async with trio.open_nursery() as nursery:
        for name in names:
            nursery.start_soon(one, name)

    for name in names:
        assert kept(home, name) == f"{name} ".encode() * 20
        assert home.log(name).verify() == []
    assert (await recording.facts()).sessions == 0
    await wait_until(lambda: len(list(Path(f"/proc/{home.recorder}/fd").iterdir())) < 20)


async def test_a_recorder_whose_socket_was_removed_is_replaced(home: Home):
    async with recording_in(home) as recording:
        home.make("one")
        await recording.add("one")
    first = home.recorder
    home.settings.socket.unlink()

    async with recording_in(home) as recording:
        assert await recording.add("one") == 0

    assert home.recorder not in (None, first)


async def test_a_recorder_leaves_when_nobody_is_there_and_nothing_is_to_be_recorded(home: Home):
    async with recording_in(home) as recording:
        home.make("one")
        await recording.add("one")
        await recording.remove("one")
        assert home.recorder is not None

    await wait_until(lambda: home.recorder is None)


async def test_there_is_no_recorder_before_the_first_session(home: Home, recording: Recording):
    facts = await recording.facts()

    assert (facts.pid, facts.trouble, home.recorder) == (None, "", None)


async def test_a_second_recorder_goes_away_and_the_first_one_notices_nothing(
    home: Home, recording: Recording
):
    home.make("one")
    await recording.add("one")
    async with recording_in(home) as second:
        assert await second.add("one") == 0

    assert (await recording.facts()).pid == home.recorder


@pytest.mark.parametrize("name", ["", "..", "a/b", ".hidden"])
async def test_a_name_that_leads_elsewhere_is_refused(recording: Recording, name: str):
    with pytest.raises(Exception, match="cannot be a session") as refused:
        await recording.add(name)

    assert getattr(refused.value, "status", None) == 503


async def test_a_stopped_recorder_is_told_of_and_goes_on(home: Home, recording: Recording):
    directory = home.make("one")
    await recording.add("one")
    assert home.recorder is not None
    os.kill(home.recorder, signal.SIGSTOP)
    try:
        facts = await recording.facts()
    finally:
        os.kill(home.recorder, signal.SIGCONT)

    assert facts.trouble == "no answer within 2 s"
    with piped(directory) as pipe:
        assert pipe.stdin is not None
        os.write(pipe.stdin.fileno(), b"x")
        assert await recording.drain("one") == 1
