from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from rdvd.bytelog import Recording

from .recorders import Home, Terminal, home_in, recording_in, terminal_in


@pytest.fixture
def place() -> Generator[Path, None, None]:
    """With a path that is short enough for a socket."""
    with TemporaryDirectory(prefix="rdv-log-") as directory:
        yield Path(directory)


@pytest.fixture
def home(place: Path) -> Generator[Home, None, None]:
    with home_in(place) as home:
        yield home


@pytest.fixture
async def recording(home: Home) -> AsyncGenerator[Recording, None]:
    async with recording_in(home) as recording:
        yield recording


@pytest.fixture
def terminal(place: Path) -> Generator[Terminal, None, None]:
    with terminal_in(place) as terminal:
        yield terminal
