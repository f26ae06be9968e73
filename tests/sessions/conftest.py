from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest

from tests.tmux.servers import private_run

from .house import House, end_recorder, living


@pytest.fixture
def run() -> Generator[Path, None, None]:
    """Where sockets are; the tmux servers and the recorder in it are ended after the test."""
    with private_run() as path:
        yield path
        end_recorder(path / "recorder.pid")


@pytest.fixture
async def house(tmp_path: Path, run: Path) -> AsyncGenerator[House, None]:
    async with living(tmp_path, run) as house:
        yield house
