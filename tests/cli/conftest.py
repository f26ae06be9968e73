"""One daemon for all tests of a file that leave it as it was."""

import subprocess
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.sessions.house import end_recorder

from .terminal import Place


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Generator[Place]:
    with tempfile.TemporaryDirectory(prefix="rdv-") as short:
        place = Place(tmp_path_factory.mktemp("shared") / "home", Path(short) / "run")
        started = place.say("daemon", "start")
        assert started.code == 0, started.err
        yield place
        place.say("daemon", "stop", "--timeout", "10", "--kill")
        end_recorder(place.home / "server" / "recorder.lock")
        for socket in place.run.glob("tmux-*.sock"):
            subprocess.run(["tmux", "-S", socket, "kill-server"], check=False)
