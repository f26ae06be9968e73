import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from .pane import Pane, real_pane


@pytest.fixture(scope="package")
def pane() -> Iterator[Pane]:
    # Not under pytest's own directory: a socket's path must be short.
    with tempfile.TemporaryDirectory(prefix="rdvd-") as folder, real_pane(Path(folder)) as it:
        yield it
