"""What a pane prints comes to the file, whoever dies meanwhile."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from rdvd import VERSION
from rdvd.bytelog import Grew, RecorderProblem, Recording, is_piped
from rdvd.bytelog.launch import PROGRAM, ROOT
from rdvd.recorder import MARKER, PROTOCOL

from .recorders import Home, Terminal, piped, recording_in, wait_until


def numbered_lines(count: int) -> bytes:
    return b"".join(b"%08d the quick \x1b[31mbrown\x1b[0m fox\n" % i for i in range(count))


def kept(home: Home, session: str) -> bytes:
    return b"".join(piece.data for piece in home.log(session).pieces())


async def test_what_was_piped_is_on_file_when_it_has_been_drained(home: Home, recording: Recording):
    printed = numbered_lines(20_000)
    directory = home.make("one")

    assert await recording.add("one") == 0
    with piped(directory) as pipe:
        assert pipe.stdin is not None
        await trio.to_thread.run_sync(pipe.stdin.write, printed)
        pipe.stdin.flush()
        end = await recording.drain("one")

    assert (end, kept(home, "one")) == (len(printed), printed)


async def test_nothing_is_lost_when_the_recorder_is_killed_again_and_again(
    home: Home, recording: Recording, terminal: Terminal, place: Path
):
    printed = numbered_lines(400_000)
    (place / "source").write_bytes(printed)
    directory = home.make("one")
    await recording.add("one")
    terminal.open(f"cat {place / 'source'}", directory)
    kills = 0

    terminal.begin()
    with trio.fail_after(30):
        while home.log("one").end < len(printed):
            await trio.sleep(0.1)
            home.kill_recorder()
            kills += 1
    end = await recording.drain("one")

    assert kills >= 3
    assert end == len(printed)
    assert kept(home, "one") == printed
    assert (home.log("one").gaps(), home.log("one").verify()) == ([], [])


async def test_the_recorder_goes_on_when_the_daemon_dies(
    home: Home, terminal: Terminal, place: Path
):
    printed = numbered_lines(400_000)
    (place / "source").write_bytes(printed)
    directory = home.make("one")
    async with recording_in(home) as recording:
        await recording.add("one")
        terminal.open(f"cat {place / 'source'}", directory)
        terminal.begin()
        await wait_until(lambda: home.log("one").end > 0)
    first = home.recorder

    await wait_until(lambda: home.log("one").end == len(printed))
    async with recording_in(home) as recording:
        assert await recording.drain("one") == len(printed)

    assert home.recorder == first
    assert kept(home, "one") == printed


async def test_only_who_follows_a_session_is_told_at_once_of_each_growth_of_it(
    home: Home, recording: Recording
):
    directory = home.make("one")
    await recording.add("one")
    with piped(directory) as pipe, recording.grew.subscribe() as news, trio.fail_after(10):
        assert pipe.stdin is not None
        for _ in range(3):
            os.write(pipe.stdin.fileno(), b"x")
            await recording.drain("one")
        with recording.growth_of("one") as growth:
            assert (await anext(growth)).end == 3  # where it was, when the recorder heard of it
            os.write(pipe.stdin.fileno(), b"y")
            while (await anext(growth)).end < 4:
                pass
        await wait_all_tasks_blocked()  # the recorder hears that nobody follows it any more
        for _ in range(3):
            await recording.drain("one")
            os.write(pipe.stdin.fileno(), b"z")
        while (last := await anext(news)).end < 7:
            assert last.end in (3, 4)


async def test_the_next_recorder_is_told_who_is_followed(home: Home, recording: Recording):
    directory = home.make("one")
    await recording.add("one")
    with piped(directory) as pipe, recording.growth_of("one") as growth, trio.fail_after(10):
        assert pipe.stdin is not None
        home.kill_recorder()
        for end in range(1, 4):
            os.write(pipe.stdin.fileno(), b"x")
            while (await anext(growth)).end < end:
                pass


async def test_the_first_byte_is_told_at_once_and_an_idle_recorder_sleeps(
    home: Home, recording: Recording
):
    directory = home.make("one")
    await recording.add("one")
    with piped(directory) as pipe, recording.growth_of("one") as news:
        assert pipe.stdin is not None
        await recording.drain("one")
        assert (await anext(aiter(news))).end == 0
        assert recording.printed_at("one") is None  # to be followed is not to have printed
        began = trio.current_time()
        os.write(pipe.stdin.fileno(), b"x")
        with trio.fail_after(1):
            told = await anext(aiter(news))
        took = trio.current_time() - began

        assert isinstance(told, Grew)
        assert (told.session, told.end) == ("one", 1)
        assert took < 0.25
        await trio.sleep(1)  # the flush that follows is over
        before = switches(home.recorder)
        await trio.sleep(0.5)
        assert switches(home.recorder) == before


def switches(pid: int | None) -> int:
    """How often the process has gone to sleep."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if "ctxt_switches" in line)


async def test_a_session_that_ends_is_complete_sealed_and_forgotten(
    home: Home, recording: Recording, terminal: Terminal, place: Path
):
    printed = numbered_lines(100_000)
    (place / "source").write_bytes(printed)
    directory = home.make("one")
    await recording.add("one")
    terminal.open(f"cat {place / 'source'}", directory)
    terminal.begin()
    await wait_until(lambda: home.log("one").end == len(printed))

    terminal("pipe-pane", "-t", "=one:")
    end = await recording.remove("one")

    assert end == len(printed) == await recording.remove("one")
    assert home.log("one").verify() == []
    assert not (directory / "recording").exists()
    with pytest.raises(RecorderProblem, match="not being recorded"):
        await recording.drain("one")


async def test_the_death_of_cat_is_told_and_the_gap_is_marked(
    home: Home, recording: Recording, terminal: Terminal
):
    directory = home.make("one")
    await recording.add("one")
    with recording.unpiped.subscribe() as news:
        terminal.open("echo before; read go; echo after", directory)
        terminal.begin()
        await wait_until(lambda: home.log("one").end == len(b"before\n"))

        os.kill(int((directory / "pipe").read_text()), signal.SIGKILL)
        with trio.fail_after(5):
            told = await anext(aiter(news))
        assert told.session == "one"
        await recording.mark_gap("one")
        terminal.pipe(directory)
        terminal("send-keys", "-t", "=one:", "Enter")
        await wait_until(lambda: home.log("one").end > len(b"before\n"))
        await recording.drain("one")

    (gap,) = home.log("one").gaps()
    assert (gap.start, gap.end, gap.why) == (7, 7, "pipe broken")
    assert kept(home, "one").endswith(b"after\n")
    assert home.log("one").verify() == []


async def test_the_death_of_cat_is_told_also_if_nothing_was_ever_printed(
    home: Home, recording: Recording, terminal: Terminal
):
    directory = home.make("one")
    await recording.add("one")
    with recording.unpiped.subscribe() as news:
        terminal.open("read go", directory)
        terminal.begin()
        for _ in range(2):
            await wait_until(lambda: (directory / "pipe").exists() and is_piped(directory))
            os.kill(int((directory / "pipe").read_text()), signal.SIGKILL)
            with trio.fail_after(5):
                assert "one" == (await anext(aiter(news))).session
            await wait_until(lambda: not is_piped(directory))
            terminal.pipe(directory)


async def test_what_comes_while_no_recorder_is_there_waits_for_the_next(home: Home, place: Path):
    directory = home.make("one")
    async with recording_in(home) as recording:
        await recording.add("one")
    with piped(directory) as pipe:
        assert pipe.stdin is not None
        os.write(pipe.stdin.fileno(), b"before ")
        old = home.recorder
        assert old is not None
        os.kill(old, signal.SIGTERM)
        await wait_until(lambda: home.recorder is None)
        os.write(pipe.stdin.fileno(), b"between ")
        async with recording_in(home) as recording:
            os.write(pipe.stdin.fileno(), b"after")
            assert await recording.drain("one") == len(b"before between after")

    assert kept(home, "one") == b"before between after"


OF_ANOTHER_TIME = {
    "another version": ("__init__.py", VERSION, "0.0.9"),
    "another protocol": (
        "recorder/types.py",
        f"PROTOCOL: Final = {PROTOCOL}",
        "PROTOCOL: Final = 99",
    ),
    "tells more": (
        "recorder/requests.py",
        "return PROTOCOL, VERSION",
        "return 99, VERSION, 'more'",
    ),
    "knows no greeting": ("recorder/requests.py", "def do_hello", "def do_greet"),
}


@pytest.mark.parametrize("kind", OF_ANOTHER_TIME)
async def test_a_recorder_of_another_time_is_replaced_in_the_middle_of_a_flood(
    home: Home, place: Path, kind: str
):
    printed = numbered_lines(100_000)
    directory = home.make("one")
    (directory / MARKER).touch()
    start_another(home, changed_copy(place, *OF_ANOTHER_TIME[kind]))
    old = home.recorder
    with piped(directory) as pipe:
        assert pipe.stdin is not None
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.to_thread.run_sync, pipe.stdin.write, printed)
            await wait_until(lambda: home.log("one").end > 0)
            async with recording_in(home) as recording:
                await wait_until(lambda: home.log("one").end == len(printed))
                assert await recording.drain("one") == len(printed)
                assert home.recorder not in (old, None)

    assert kept(home, "one") == printed
    assert (home.log("one").gaps(), home.log("one").verify()) == ([], [])


def changed_copy(place: Path, file: str, was: str, now: str) -> Path:
    """Another release, as far as a recorder needs one."""
    packages = place / "other" / "rdvd"
    shutil.copytree(ROOT / "rdvd" / "recorder", packages / "recorder")
    shutil.copy(ROOT / "rdvd" / "__init__.py", packages)
    text = (packages / file).read_text()
    assert was in text
    (packages / file).write_text(text.replace(was, now))
    return place / "other"


def start_another(home: Home, root: Path) -> None:
    places = (home.settings.sessions, home.settings.lock, home.settings.socket)
    command = [sys.executable, "-I", "-S", "-c", PROGRAM, "rdvd-recorder", root, *places]
    with subprocess.Popen(
        ["/bin/sh", "-c", '"$@" &', "sh", *command], stdout=subprocess.PIPE
    ) as it:
        assert it.stdout is not None
        assert it.stdout.readline() == b"ready\n"
