"""Keyframes are built as logs grow, in a process of their own that ends when it is done."""

from pathlib import Path

import trio
from trio.testing import wait_all_tasks_blocked

from actors import Topic, task
from actors.testing import running
from rdvd.bytelog import ByteLog, Grew
from rdvd.screens import Keyframes, last_frame
from rdvd.screens.worker import LAG, run_building

from .written import BEGUN, write_log

TEXT = b"".join(b"line %d of a log that grows and grows\r\n" % n for n in range(30_000))


def written(directory: Path) -> ByteLog:
    return write_log(directory, [(0, TEXT)])


async def test_a_log_that_has_grown_gets_keyframes(tmp_path: Path):
    log, grew = written(tmp_path / "s"), Topic[Grew]("grew")
    keyframes = Keyframes(grew, lambda session: tmp_path / session)

    with keyframes.finished.subscribe() as finished:
        async with running(task("keyframes", keyframes.keep)):
            await wait_all_tasks_blocked()
            grew.publish(Grew("s", log.end, BEGUN))
            with trio.fail_after(30):
                await anext(aiter(finished))

    frame = last_frame(log.directory, log.end)
    assert frame is not None
    assert keyframes.built == {"s": log.end}


async def test_little_growth_starts_no_process(tmp_path: Path):
    keyframes = Keyframes(Topic[Grew]("grew"), lambda session: tmp_path / session)

    await keyframes.note(Grew("s", LAG - 1, BEGUN))

    assert keyframes.built == {"s": 0}
    assert not keyframes.has_work


async def test_building_stops_with_who_wanted_it(tmp_path: Path):
    log = written(tmp_path / "s")

    with trio.move_on_after(0) as given_up:
        await run_building([tmp_path / "s"])

    assert given_up.cancelled_caught
    await run_building([tmp_path / "s"])
    assert last_frame(log.directory, log.end) is not None


async def test_a_session_that_is_gone_does_no_harm(tmp_path: Path):
    log = written(tmp_path / "s")

    await run_building([tmp_path / "gone", tmp_path / "s"])

    assert last_frame(log.directory, log.end) is not None
    assert not (tmp_path / "gone").exists()
