"""Whatever falls in the real tree, the service goes on. The list is the tree itself."""

import tempfile
from pathlib import Path

from .daemons import environment
from .saboteur import NO_MORE
from .saboteur import __name__ as SABOTEUR  # noqa: N812 - the name of a program to start
from .starter import Ended, Starter, starting


def fall(starter: Starter, number: int) -> Ended:
    with tempfile.TemporaryDirectory(prefix="rdv-") as short:
        environ = environment(Path(short) / "home", Path(short) / "run")
        return starter.start({**environ, "FALLS": str(number)})


def test_whatever_place_falls_is_up_again_and_the_service_goes_on():
    fallen = list[str]()
    with starting(SABOTEUR) as starter:
        while (ended := fall(starter, len(fallen))).code != NO_MORE:
            assert ended.code == 0, ended.said
            fallen += [line for line in ended.said.splitlines() if line.startswith("recovered")]

    assert "recovered: all/rdvd/auth" in fallen
    assert "recovered: all/rdvd/api" in fallen
    assert len(fallen) == len(set(fallen)) >= 8
