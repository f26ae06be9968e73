"""The house that the metrics measure."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from rdvd import audit, identity
from rdvd.ground.store import open_store
from rdvd.ground.traffic import Traffic
from rdvd.health.lag import LoopLag
from rdvd.limits import Guard, LimitSettings, Rate

from .measured import LONELY, House


@pytest.fixture
async def house(tmp_path: Path) -> AsyncGenerator[House, None]:
    async with open_store(tmp_path / "a.db", (identity.MIGRATIONS, audit.MIGRATIONS)) as store:
        guard = Guard(LimitSettings(read=Rate(1)))
        yield House(store, Traffic(), guard, LoopLag(), lambda: LONELY)
