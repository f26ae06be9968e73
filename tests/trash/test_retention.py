"""What is old enough goes, over starts of the daemon; and a clock that jumps takes nothing."""

import logging
import sqlite3
from pathlib import Path

import pytest
import trio

from rdvd.trash import sightings

from .bin import ANN, BOB, Bin, living
from .clocks import BEGIN, DAY, HOUR, Clocks


async def titles(box: Bin) -> list[str]:
    return [entry.title for entry in await box.trash.page(ANN, None, None, 9)]


async def throw(box: Bin, file: Path, title: str) -> None:
    await trio.Path(file).touch()
    await box.put(file, title=title)


async def test_what_is_old_enough_goes_and_what_is_younger_stays(tmp_path: Path):
    clocks = Clocks()
    async with living(tmp_path / "home", days=2, watch=clocks.watch()) as box:
        for day in ("0", "1"):
            await throw(box, tmp_path / "file", day)
            clocks.run(DAY)
        assert await box.trash.expire() == 1
        await box.removed()

        assert await titles(box) == ["1"]
        assert len(list(box.directory.iterdir())) == 1


async def test_a_clock_that_jumps_leaves_everything_for_a_day_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    clocks, home = Clocks(), tmp_path / "home"
    async with living(home, watch=clocks.watch()) as box:
        await throw(box, tmp_path / "file", "mine")
        clocks.run(25 * HOUR)
        clocks.jump(3_650 * DAY)
        assert await box.trash.expire() == 0
        assert box.trash.waiting == 1
        left = await box.trash.empty(7 * DAY, ANN)
        assert (left.old, len(left.waiting), left.waits) == ((), 1, DAY)
        assert list((await box.trash.waiting_of(ANN)).values()) == [DAY]
        assert await box.trash.waiting_of(BOB) == {}
    clocks.rest(HOUR)
    async with living(home, watch=clocks.watch()) as box:
        clocks.run(23 * HOUR)
        assert await box.trash.expire() == 0
    clocks.begin_anew()
    async with living(home, watch=clocks.watch()) as box:
        clocks.run(HOUR)
        assert await box.trash.expire() == 1
        assert box.trash.waiting == 0
        await box.removed()
        await box.trash.expire()
        known = await box.store.read(sightings.load)

    assert known is not None
    assert (known.ran, known.jumps) == (49 * HOUR, ())
    told = [record.msg for record in caplog.records if record.levelno == logging.WARNING]
    assert told.count("clock_jumped") == 1
    assert "trash_waits_for_the_clock" in told


async def test_who_empties_the_trash_without_an_age_asks_no_clock(tmp_path: Path):
    clocks = Clocks()
    async with living(tmp_path / "home", watch=clocks.watch()) as box:
        await throw(box, tmp_path / "file", "mine")
        clocks.jump(-3_650 * DAY)

        assert len((await box.trash.empty(None, ANN)).old) == 1


async def test_what_was_in_the_trash_before_anybody_looked_at_clocks_is_as_old_as_its_date(
    tmp_path: Path,
):
    clocks, home = Clocks(), tmp_path / "home"
    async with living(home, watch=clocks.watch()) as box:
        await throw(box, tmp_path / "file", "old")
        await box.store.write(_as_it_was_before)
    clocks.begin_anew()
    async with living(home, watch=clocks.watch()) as box:
        clocks.run(23 * HOUR)
        assert await box.trash.expire() == 0
        clocks.run(HOUR)

        assert await box.trash.expire() == 1


def _as_it_was_before(db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM trash_sighting")
    then = BEGIN - 30 * DAY
    db.execute(
        "UPDATE trash SET thrown = ?, expires = ?, seen_steady = ?, seen_ran = 0",
        (then, BEGIN, then),
    )
