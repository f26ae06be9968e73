"""One daemon for all tests of a file; some of them kill it and start it again."""

from collections.abc import Generator

import pytest

from .house import House, settled


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Generator[House]:
    with settled(tmp_path_factory.mktemp("house") / "home") as there:
        yield there
