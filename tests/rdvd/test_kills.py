"""kill -9 under many writers: what was acknowledged is there, and a repeated request acts once."""

import random
import signal
import tempfile
from collections import Counter
from collections.abc import Generator
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest
import trio
from attrs import define, field

from .daemons import A_WHILE, Answer, Daemon, living, living_at, unlimited, with_setting

ROUNDS = 3
WRITERS = 16
MOST_BEFORE_A_KILL = 60
ONCE = {"ANSWER_NOT_KEPT"}  # the answer held a token, which is shown once
PERHAPS = {"IN_DOUBT"}


@pytest.fixture
def run() -> Generator[Path]:
    with tempfile.TemporaryDirectory(prefix="rdv-") as path:
        yield Path(path) / "run"


@define
class Crowd:
    """Everybody makes tokens with names of their own; each name is also the request's key."""

    acknowledged: set[str] = field(factory=set[str])
    unanswered: set[str] = field(factory=set[str])

    async def write_until_killed(self, daemon: Daemon, prefix: str, after: int) -> None:
        goal = len(self.acknowledged) + after
        async with trio.open_nursery() as nursery:
            for writer in range(WRITERS):
                nursery.start_soon(self._write, daemon, f"{prefix}-{writer}", goal)

    async def _write(self, daemon: Daemon, prefix: str, goal: int) -> None:
        for number in range(1_000):
            name = f"{prefix}-{number}"
            try:
                answer = await make(daemon, name)
            except (OSError, HTTPException):
                self.unanswered.add(name)
                return
            assert answer.status == 201
            self.acknowledged.add(name)
            if len(self.acknowledged) == goal:
                daemon.process.send_signal(signal.SIGKILL)


async def make(daemon: Daemon, name: str) -> Answer:
    return await daemon.ask("POST", "/api/tokens", {"name": name}, Idempotency_Key=name)


async def names(daemon: Daemon) -> Counter[str]:
    tokens: Any = (await daemon.ask("GET", "/api/tokens")).json
    return Counter(token["name"] for token in tokens)


async def test_a_repeated_request_acts_once_whenever_the_daemon_was_killed(
    tmp_path: Path, run: Path
):
    home, crowd = unlimited(tmp_path / "home"), Crowd()
    for number in range(ROUNDS):
        crowd.unanswered.clear()
        async with living_at(home, run) as daemon:
            after = random.randrange(1, MOST_BEFORE_A_KILL)
            await crowd.write_until_killed(daemon, f"round {number}", after)
            with trio.fail_after(A_WHILE):
                assert await daemon.process.wait() == -signal.SIGKILL

        async with living_at(home, run) as daemon:
            there = await names(daemon)
            assert all(there[name] == 1 for name in crowd.acknowledged)
            repeated = {name: await make(daemon, name) for name in sorted(crowd.unanswered)}
            known = await make(daemon, next(iter(crowd.acknowledged)))
            now = await names(daemon)
            assert await daemon.stop() == 0

        assert (known.status, known.json["code"]) == (409, "ANSWER_NOT_KEPT")
        for name, answer in repeated.items():
            assert_it_is_true(answer, before=there[name], after=now[name])
        assert len(repeated) == WRITERS


def assert_it_is_true(answer: Answer, *, before: int, after: int) -> None:
    """What the retry was told, beside what there is."""
    if answer.status == 201:
        assert (before, after) == (0, 1)
    else:
        assert answer.status == 409
        assert answer.json["code"] in ONCE | PERHAPS
        assert before == after <= 1
        assert after == 1 or answer.json["code"] in PERHAPS


async def test_a_client_that_does_not_read_cannot_hold_up_a_stop(tmp_path: Path):
    with_setting(tmp_path / "home", "drain_seconds = 0.5")
    async with (
        living(tmp_path / "home") as daemon,
        await trio.open_unix_socket(str(daemon.socket)) as stream,
    ):
        with trio.move_on_after(0.5):
            while True:  # until both sides' buffers are full of what nobody reads
                await stream.send_all(b"GET /docs HTTP/1.1\r\nHost: x\r\n\r\n" * 10)
        began = trio.current_time()
        assert await daemon.stop() == 0
        assert trio.current_time() - began < 10
