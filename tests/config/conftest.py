"""A data directory, and a file of the daemon's in it."""

from pathlib import Path

import pytest

from rdvd.ground.places import Places, find_places, prepare

from .trying import Write


@pytest.fixture
def places(tmp_path: Path) -> Places:
    # Short, for a socket's path must be; tmp_path of some machines is not.
    return Places(home=tmp_path, run=Path("/run/rdv"))


@pytest.fixture
def write(places: Places) -> Write:
    prepare(find_places({"RDV_HOME": str(places.home)}))

    def write(text: str) -> None:
        places.server_config_file.write_text(text)

    return write
