"""Every test that asks for `run` is given each tmux named in RDV_TEST_TMUX, parted by colons."""

import os
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest

from .servers import private_run

PROGRAMS = os.environ.get("RDV_TEST_TMUX", "tmux").split(os.pathsep)


@pytest.fixture(params=PROGRAMS)
def program(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"there is no {name}; RDV_TEST_TMUX names other programs")
    return found


@pytest.fixture
def run(program: str) -> Generator[Path, None, None]:
    with private_run(program) as run:
        yield run
