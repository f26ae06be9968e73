"""What the logger `actors` is told: a record for each thing that happens, and nothing printed."""

import logging

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from actors import Actor, Patience, Refused, Supervisor, actor
from actors.testing import crash

from .families import Witness, tree_of, witness


class No(Actor):
    async def ask(self) -> None:
        raise Refused("not today")


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG, "actors")
    return caplog


def told(log: pytest.LogCaptureFixture, event: str) -> list[logging.LogRecord]:
    return [record for record in log.records if record.getMessage() == event]


def only(log: pytest.LogCaptureFixture, event: str) -> logging.LogRecord:
    (record,) = told(log, event)
    return record


async def test_what_happens_leaves_structured_records(
    autojump_clock: MockClock, log: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
):
    child = witness("a", [])
    async with tree_of(Supervisor("inner", child)):
        await child.ref.call(Witness.note, "hello")
        await crash(child.ref)

    lives = [record for record in log.records if record.getMessage() != "handled"]
    assert [
        ("started", "INFO", "test/inner/a"),
        ("started", "INFO", "test/inner"),
        ("crashed", "ERROR", "test/inner/a"),
        ("restarting", "INFO", "test/inner/a"),
        ("started", "INFO", "test/inner/a"),
        ("stopped", "INFO", "test/inner/a"),
        ("stopped", "INFO", "test/inner"),
        ("stopped", "INFO", "test"),
    ] == [(r.getMessage(), r.levelname, vars(r)["place"]) for r in lives]
    assert ["test/inner/a"] * 3 == [vars(record)["place"] for record in told(log, "handled")]
    assert {"actors"} == {record.name for record in log.records}
    assert ("", "") == capfd.readouterr()


async def test_a_crash_is_recorded_with_its_traceback(
    autojump_clock: MockClock, log: pytest.LogCaptureFixture
):
    child = witness("a", [])
    async with tree_of(child):
        child.ref.cast(Witness.fall)
        await wait_all_tasks_blocked()

    record = only(log, "crashed")
    assert "ValueError: a fell" == vars(record)["error"]
    assert record.exc_text is not None
    assert "in fall" in record.exc_text


async def test_a_restart_is_recorded_with_its_delay(
    autojump_clock: MockClock, log: pytest.LogCaptureFixture
):
    child = witness("a", [])
    async with tree_of(child):
        for _ in range(3):
            await crash(child.ref)

    assert [0, 0.1, 0.2] == pytest.approx([vars(r)["delay"] for r in told(log, "restarting")])


async def test_giving_up_is_recorded_by_the_one_that_does(
    autojump_clock: MockClock, log: pytest.LogCaptureFixture
):
    child = witness("a", [])
    async with tree_of(Supervisor("inner", child, patience=Patience(restarts=0))):
        child.ref.cast(Witness.fall)
        await wait_all_tasks_blocked()

    record = only(log, "gave_up")
    assert ("ERROR", "test/inner") == (record.levelname, vars(record)["place"])
    assert "ValueError: a fell" in vars(record)["error"]


async def test_a_refused_cast_is_recorded_with_the_refusal(
    autojump_clock: MockClock, log: pytest.LogCaptureFixture
):
    child = actor("a", No)
    async with tree_of(child):
        child.ref.cast(No.ask)
        await wait_all_tasks_blocked()

    record = only(log, "refused_cast")
    assert ("WARNING", "test/a") == (record.levelname, vars(record)["place"])
    assert "Refused: not today" == vars(record)["error"]
    assert "No.ask" in vars(record).values()


async def test_a_cast_that_nobody_will_handle_is_recorded(
    autojump_clock: MockClock, log: pytest.LogCaptureFixture
):
    child = witness("a", [])
    async with tree_of(child):
        child.ref.cast(Witness.work, 1)
        child.ref.cast(Witness.note, "too late")

    record = only(log, "refused_cast")
    assert ("WARNING", "test/a") == (record.levelname, vars(record)["place"])
    assert "Witness.note" in vars(record).values()


@pytest.mark.parametrize(("seconds", "count"), [(0.9, 0), (1.5, 1)])
async def test_a_handler_that_takes_over_a_second_is_recorded(
    autojump_clock: MockClock, seconds: float, count: int, caplog: pytest.LogCaptureFixture
):
    child = witness("a", [])
    async with tree_of(child):
        await child.ref.call(Witness.work, seconds)

    records = told(caplog, "slow")
    assert [("WARNING", "test/a")] * count == [(r.levelname, vars(r)["place"]) for r in records]
    assert [seconds] * count == pytest.approx([vars(r)["seconds"] for r in records])
    assert all("Witness.work" in vars(record).values() for record in records)


async def test_every_message_is_recorded_with_its_duration_for_who_debugs(
    autojump_clock: MockClock, log: pytest.LogCaptureFixture
):
    child = witness("a", [])
    async with tree_of(child):
        await child.ref.call(Witness.work, 0.5)

    record = only(log, "handled")
    assert "DEBUG" == record.levelname
    assert 0.5 == pytest.approx(vars(record)["seconds"])
    assert "Witness.work" in vars(record).values()


async def test_without_debugging_no_message_is_recorded(
    autojump_clock: MockClock, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO, "actors")
    child = witness("a", [])
    async with tree_of(child):
        await child.ref.call(Witness.note, "hello")
        await trio.lowlevel.checkpoint()

    assert [] == told(caplog, "handled")
