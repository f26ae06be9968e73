"""Loading what should not load."""

from collections.abc import Callable

import pytest

from rdvd.config import BadConfig, load
from rdvd.ground.places import Places

Write = Callable[[str], None]


def problems(places: Places, **environ: str) -> list[str]:
    with pytest.raises(BadConfig) as refused:
        load(places, environ)
    return [problem.replace(f"{places.home}/", "") for problem in refused.value.problems]
