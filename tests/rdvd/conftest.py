"""A place for the sockets of a daemon whose sessions end with the test, and their recorder too."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.sessions.house import end_recorder
from tests.tmux.servers import private_run


@pytest.fixture
def run(tmp_path: Path) -> Generator[Path, None, None]:
    with private_run() as path:
        yield path
        end_recorder(tmp_path / "home" / "server" / "recorder.lock")
