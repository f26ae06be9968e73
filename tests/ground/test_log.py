"""What is logged is written, by somebody else, and the rest goes on."""

import io
import json
import logging
import os
import stat
import sys
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any, TextIO

import pytest
from attrs import evolve

from rdvd.ground.log import LogSettings, logging_to
from rdvd.ground.private import BadPlace

from .processes import run_python

LOG = logging.getLogger("tests.log")


@pytest.fixture
def settings(tmp_path: Path) -> LogSettings:
    return LogSettings(tmp_path / "server.log")


@pytest.fixture
def stderr() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def unread_pipe() -> Generator[tuple[int, TextIO], None, None]:
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as file:
        yield reading, file


def written(settings: LogSettings) -> list[dict[str, Any]]:
    assert settings.file is not None
    return [json.loads(line) for line in settings.file.read_text().splitlines()]


def test_a_record_becomes_one_json_line_with_everything_it_says(settings: LogSettings):
    with logging_to(settings, {}, io.StringIO()):
        LOG.info(
            "session.%s",
            "opened",
            extra={"session": "s1", "ms": 12, "path": Path("/x"), "load": float("nan")},
        )

    (line,) = written(settings)
    assert line.pop("at").endswith("Z")
    assert line == {
        "level": "info",
        "logger": "tests.log",
        "event": "session.opened",
        "session": "s1",
        "ms": 12,
        "path": "/x",
        "load": "nan",
    }


def test_what_the_caller_calls_as_we_do_is_kept_under_another_name(settings: LogSettings):
    with logging_to(settings, {}, io.StringIO()):
        LOG.info("x", extra={"level": "sea", "event": "concert"})

    (line,) = written(settings)
    assert (line["level"], line["extra_level"]) == ("info", "sea")
    assert (line["event"], line["extra_event"]) == ("x", "concert")


def test_an_exception_is_written_with_its_causes(settings: LogSettings, stderr: io.StringIO):
    with logging_to(settings, {}, stderr):
        try:
            raise ValueError("why") from KeyError("deeper")
        except ValueError:
            LOG.exception("crashed")

    (line,) = written(settings)
    assert "ValueError: why" in line["traceback"]
    assert "KeyError: 'deeper'" in line["traceback"]
    assert "\n    ValueError: why\n" in stderr.getvalue()


def test_a_picture_is_taken_when_it_is_said(settings: LogSettings):
    facts = {"count": 1}
    with logging_to(settings, {}, io.StringIO()):
        LOG.info("%s", facts, extra={"facts": facts})
        facts["count"] = 2

    (line,) = written(settings)
    assert (line["event"], line["facts"]) == ("{'count': 1}", {"count": 1})


def test_on_stderr_one_record_is_one_line_whatever_it_quotes(
    settings: LogSettings, stderr: io.StringIO
):
    with logging_to(settings, {}, stderr):
        LOG.warning("name\nforged ERROR \x1b[2J", extra={"place": "root/x", "said": 'a "b"\n'})

    (line,) = stderr.getvalue().splitlines()
    assert line.endswith(
        r'WARNING tests.log: name\nforged ERROR \x1b[2J place=root/x said="a \"b\"\n"'
    )


def test_stderr_can_be_json_too(settings: LogSettings, stderr: io.StringIO):
    with logging_to(evolve(settings, stderr="json"), {}, stderr):
        LOG.info("hello")

    assert [json.loads(stderr.getvalue())] == written(settings)


def test_the_journal_gets_a_priority_before_every_line(settings: LogSettings, tmp_path: Path):
    with (tmp_path / "journal").open("w+") as journal:
        found = os.fstat(journal.fileno())
        environ = {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"}
        with logging_to(evolve(settings, level="debug"), environ, journal):
            LOG.debug("d")
            LOG.info("i")
            LOG.warning("w")
            try:
                raise ValueError
            except ValueError:
                LOG.exception("e")

    lines = (tmp_path / "journal").read_text().splitlines()
    assert [line[:3] for line in lines[:4]] == ["<7>", "<6>", "<4>", "<3>"]
    assert {line[:3] for line in lines[4:]} == {"<3>"}


def test_a_journal_that_is_somebody_elses_gets_no_priorities(settings: LogSettings, tmp_path: Path):
    other = (tmp_path / "not-the-journal").open("w+")
    with other, logging_to(settings, {"JOURNAL_STREAM": "1:2"}, other):
        LOG.info("i")

    assert "<" not in (tmp_path / "not-the-journal").read_text()


def test_files_are_private_and_rotate_within_their_bounds(settings: LogSettings, tmp_path: Path):
    with logging_to(evolve(settings, max_bytes=2_000, files=3), {}, io.StringIO()):
        for number in range(200):
            LOG.info("line", extra={"number": number})

    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["server.log", "server.log.1", "server.log.2"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert all(file.stat().st_size <= 2_000 for file in files)
    assert written(settings)[-1]["number"] == 199


def test_the_level_holds_and_can_change_live(settings: LogSettings):
    with logging_to(settings, {}, io.StringIO()) as log:
        LOG.debug("before")
        log.take(evolve(settings, level="debug"))
        LOG.debug("after")

    assert [line["event"] for line in written(settings)] == ["after"]


def test_at_the_end_everything_is_written_and_all_is_as_before(settings: LogSettings):
    root = logging.getLogger()
    before = (list(root.handlers), root.level)

    with logging_to(settings, {}, io.StringIO()):
        for _ in range(1_000):
            LOG.info("x")

    assert len(written(settings)) == 1_000
    assert before == (list(root.handlers), root.level)
    assert "log" not in {thread.name for thread in threading.enumerate()}


def test_who_logs_is_never_held_up_and_what_was_dropped_is_counted(
    settings: LogSettings, unread_pipe: tuple[int, TextIO]
):
    reading, stalled = unread_pipe
    with logging_to(evolve(settings, room=50), {}, stalled) as log:
        for _ in range(2_000):
            LOG.info("x" * 1_000)  # 2 MB into a pipe of 64 KiB that nobody reads
        assert log.dropped > 0
        drain = threading.Thread(target=lambda: read_to_the_end(reading))
        drain.start()
    stalled.close()
    drain.join()

    counts = [line["count"] for line in written(settings) if line["event"] == "log.dropped"]
    lines = [line for line in written(settings) if line["event"] != "log.dropped"]
    assert sum(counts) == log.dropped == 2_000 - len(lines)


def read_to_the_end(descriptor: int) -> None:
    while os.read(descriptor, 1 << 16):
        pass
    os.close(descriptor)


def test_a_sink_that_fails_is_counted_and_the_other_goes_on(settings: LogSettings):
    closed = io.StringIO()
    closed.close()

    with logging_to(settings, {}, closed) as log:
        LOG.info("x")

    assert log.failed == 1
    assert len(written(settings)) == 1


def test_a_file_that_takes_no_more_costs_lines_until_it_takes_them_again(tmp_path: Path):
    code = """
import io, logging, resource, sys
from pathlib import Path
from rdvd.ground.log import LogSettings, logging_to
stderr = io.StringIO()
with logging_to(LogSettings(Path(sys.argv[1])), {}, stderr) as log:
    say = lambda text: (logging.warning(text), log.wait_written())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (150, hard))
    say("one"), say("two"), say("three")
    failed = log.failed
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    say("four"), say("five")
print(failed, log.failed, len(stderr.getvalue().splitlines()))
"""
    file = tmp_path / "server.log"

    failed, failed_in_all, on_stderr = run_python(code, file).stdout.split()

    assert failed == failed_in_all == "2"
    assert on_stderr == "5"
    assert json.loads(file.read_text().splitlines()[-1])["event"] == "five"


def test_a_link_in_place_of_the_log_is_refused(settings: LogSettings, tmp_path: Path):
    assert settings.file is not None
    settings.file.symlink_to(tmp_path / "victim")

    with pytest.raises(BadPlace, match="symbolic link"), logging_to(settings, {}, sys.stderr):
        pass

    assert not (tmp_path / "victim").exists()


def test_logging_is_set_up_once(settings: LogSettings, stderr: io.StringIO):
    with (
        logging_to(settings, {}, stderr),
        pytest.raises(RuntimeError, match="once"),
        logging_to(settings, {}, stderr),
    ):
        pass
