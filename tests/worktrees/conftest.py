from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from .gits import Repo, copy_of, make_template
from .yard import Yard, living


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def repo(template: Path, tmp_path: Path) -> Repo:
    return copy_of(template, tmp_path / "place")


@pytest.fixture
async def yard(repo: Repo, tmp_path: Path) -> AsyncGenerator[Yard]:
    async with living(repo, tmp_path / "daemon") as yard:
        yield yard
