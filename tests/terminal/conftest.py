"""Seats before a terminal stream."""

from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest

from tests.sessions.house import end_recorder
from tests.tmux.servers import private_run

from .viewers import Cinema, cinema


@pytest.fixture
def run() -> Generator[Path, None, None]:
    """Where sockets are; the tmux servers and the recorder in it are ended after the test."""
    with private_run() as path:
        yield path
        end_recorder(path / "recorder.pid")


@pytest.fixture
async def seats(tmp_path: Path, run: Path) -> AsyncGenerator[Cinema, None]:
    async with cinema(tmp_path, run) as seats:
        yield seats
