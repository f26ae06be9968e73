"""One daemon for all tests of a file; some of them kill it and start it again."""

from collections.abc import Generator

import pytest

from tests.sessions.house import end_recorder
from tests.tmux.servers import private_run

from .house import House


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Generator[House]:
    with private_run() as run:
        run.chmod(0o700)
        there = House(tmp_path_factory.mktemp("house") / "home", run)
        there.start()
        try:
            yield there
        finally:
            there.end()
            end_recorder(there.home / "server" / "recorder.lock")
            for name in ("api", "terminal", "recorder"):  # what is left there is tmux
                (run / f"{name}.sock").unlink(missing_ok=True)
