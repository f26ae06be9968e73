"""An export is an asciicast: it plays, shows what was shown, and gives no secret away."""

import itertools
import json
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rdvd.bytelog import HANDSHAKE, ByteLog
from rdvd.screens import CastOptions, Emulator, Redactor, export, read_sizes, screen_at, screen_of

from .outputs import outputs
from .written import BEGUN, write_log

Version = Literal[2, 3]
VERSIONS: tuple[Version, ...] = (2, 3)
NOTHING = Redactor(well_known=False)
ALL = CastOptions()
SECRET = "ghp_" + "a1B2" * 9


def exported(log: ByteLog, options: CastOptions = ALL, redactor: Redactor = NOTHING) -> list[str]:
    return list(export(log, read_sizes(log.directory), log.directory, redactor, options))


def read_strictly(lines: list[str]) -> tuple[dict[str, Any], list[tuple[float, str, str]]]:
    """As the specifications of both versions demand; times since the start."""
    assert all(line.endswith("\n") and line.count("\n") == 1 for line in lines)
    header = json.loads(lines[0])
    version = header["version"]
    assert {"version", "timestamp"} <= header.keys()
    allowed = {"width", "height", "env"} if version == 2 else {"term"}
    assert header.keys() <= allowed | {"version", "timestamp", "title"}
    size = (
        (header["width"], header["height"])
        if version == 2
        else (
            header["term"]["cols"],
            header["term"]["rows"],
        )
    )
    assert all(type(part) is int and part > 0 for part in size)
    events: list[tuple[float, str, str]] = []
    passed = 0.0
    for line in lines[1:]:
        time, kind, data = json.loads(line)
        assert isinstance(time, int | float)
        assert time >= (passed if version == 2 else 0)
        assert kind in ("o", "r", "m") or (kind == "x" and version == 3)
        assert isinstance(data, str)
        passed = time if version == 2 else passed + time
        events.append((round(passed, 3), kind, data))
    return header, events


def play(lines: list[str]) -> Emulator:
    header, events = read_strictly(lines)
    size = header.get("term") or {"cols": header["width"], "rows": header["height"]}
    emulator = Emulator(size["cols"], size["rows"], 200)
    for _, kind, data in events:
        if kind == "o":
            emulator.feed(data.encode())
        elif kind == "r":
            columns, _, rows = data.partition("x")
            emulator.resize(int(columns), int(rows))
    return emulator


@pytest.mark.parametrize("version", VERSIONS)
def test_output_sizes_and_times_are_all_there(tmp_path: Path, version: Version):
    blocks = [(0, b"one\r\n"), (1_500, b"two\r\n"), (9_000, b"three")]
    log = write_log(tmp_path, blocks, sizes=[(0, 80, 24), (5, 100, 30)])

    header, events = read_strictly(exported(log, CastOptions(version, title="work", exit_status=3)))

    assert (version, BEGUN // 1000, "work") == (
        header["version"],
        header["timestamp"],
        header["title"],
    )
    expected = [
        (0.0, "o", "one\r\n"),
        (1.5, "r", "100x30"),
        (1.5, "o", "two\r\n"),
        (9.0, "o", "three"),
    ]
    assert expected + ([(9.0, "x", "3")] if version == 3 else []) == events


@pytest.mark.parametrize("version", VERSIONS)
def test_long_pauses_can_be_cut(tmp_path: Path, version: Version):
    log = write_log(tmp_path, [(0, b"a\n"), (9_000, b"b\n"), (9_500, b"c\n")])

    _, events = read_strictly(exported(log, CastOptions(version, longest_pause=2)))

    assert [0.0, 2.0, 2.5] == [time for time, _, _ in events]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_part_begins_with_what_was_on_the_screen(tmp_path: Path, version: Version):
    log = write_log(tmp_path, [(0, b"one\r\n\x1b[31mred"), (50, b" more"), (90, b" too late")])

    lines = exported(log, CastOptions(version, start=13, end=18))

    assert ("one", "red more", "") == screen_of(play(lines).display).text[:3]


@given(parts=st.lists(outputs(8), min_size=1, max_size=6), version=st.sampled_from(VERSIONS))
@settings(max_examples=30, deadline=None)
def test_what_plays_is_what_was_shown(
    tmp_path_factory: pytest.TempPathFactory, parts: list[bytes], version: Version
):
    # Broken UTF-8 cannot be told in JSON, and a string without an end hides what follows for good.
    whole = [part.decode(errors="ignore").encode() + b"\x18" for part in parts]
    log = write_log(tmp_path_factory.mktemp("log") / "s", enumerate(whole))

    played = play(exported(log, CastOptions(version)))

    assert screen_of(played.display) == screen_at(
        log, read_sizes(log.directory), log.directory, log.end
    )


def test_a_character_is_never_cut_in_two(tmp_path: Path):
    data = "日本語 ü 😀\n".encode() * 5
    log = write_log(tmp_path, [(n, data[n : n + 1]) for n in range(len(data))])

    _, events = read_strictly(exported(log))

    assert "\ufffd" not in "".join(text for _, _, text in events)
    assert data.decode() == "".join(text for _, _, text in events)


@given(cuts=st.sets(st.integers(1, 119), max_size=20), end=st.sampled_from([b"\r\n", b" ", b""]))
@settings(max_examples=40, deadline=None)
def test_a_secret_cut_anywhere_is_masked(
    tmp_path_factory: pytest.TempPathFactory, cuts: set[int], end: bytes
):
    data = b"x" * 30 + b" TOKEN=hunter2hunter2 \x1b[1m" + SECRET.encode() + b"\x1b[0m" + end
    places = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    blocks = [(n, data[a:b]) for n, (a, b) in enumerate(itertools.pairwise(places))]
    log = write_log(tmp_path_factory.mktemp("log") / "s", blocks)

    _, events = read_strictly(exported(log, redactor=Redactor()))

    shown = "".join(text for _, _, text in events)
    assert len(data) == len(shown)
    assert f"TOKEN={'*' * 14} \x1b[1m{'*' * len(SECRET)}\x1b[0m" in shown


@pytest.mark.parametrize("before", [0, 4_050, 4_096, 8_150, 8_192, 16_000])
def test_a_secret_deep_in_a_line_without_an_end_is_masked(tmp_path: Path, before: int):
    data = b"x " * (before // 2) + b"PASSWORD=" + SECRET.encode() + b" y" * 9_000
    log = write_log(tmp_path, [(n, data[n : n + 37]) for n in range(0, len(data), 37)])

    _, events = read_strictly(exported(log, redactor=Redactor()))

    shown = "".join(text for _, _, text in events)
    assert data.decode().replace(SECRET, "*" * len(SECRET)) == shown


def test_nothing_is_masked_in_the_log_itself(tmp_path: Path):
    log = write_log(tmp_path, [(0, SECRET.encode() + b"\r\n")])

    exported(log, redactor=Redactor())

    assert SECRET.encode() in log.read(0, 1_000).data


@pytest.mark.skipif(shutil.which("asciinema") is None, reason="asciinema is not installed")
def test_asciinema_shows_what_was_printed(tmp_path: Path):
    log = write_log(tmp_path / "s", [(0, b"hello \xc3\xbc\r\n"), (10, b"world\r\n")])
    file = tmp_path / "it.cast"
    file.write_text("".join(exported(log)), encoding="utf-8")

    done = subprocess.run(["asciinema", "cat", file], capture_output=True, check=True, timeout=20)

    assert b"hello \xc3\xbc\r\nworld\r\n" == done.stdout


@given(st.integers(1, 40), st.booleans())
def test_what_the_wrapper_says_at_an_end_is_played_to_nobody(size: int, goes_on: bool):
    first, second = b"one\r\n" + HANDSHAKE, b"two\x1b[5n\r\n" + (b"" if goes_on else HANDSHAKE)
    whole = first + second
    blocks = [(n, whole[n : n + size]) for n in range(0, len(whole), size)]
    with TemporaryDirectory() as place:
        log = write_log(Path(place), blocks, beginnings=[len(first)])
        events = read_strictly(exported(log))[1]
        assert log.read(0, 100).data == whole  # the log is true

    played = "".join(data for _, kind, data in events if kind == "o")
    assert played == "one\r\n\x1bctwo\x1b[5n\r\n"
