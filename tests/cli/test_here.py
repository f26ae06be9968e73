"""Where `rdv` looks for the daemon: where the daemon is, and never at the price of waiting."""

import os
from pathlib import Path

import pytest

from rdvd.cli import here
from rdvd.ground.places import find_places

from .asking import say


@pytest.mark.parametrize("environ", [{"HOME": ""}, {"HOME": "/home/ada"}, {"RDV_HOME": "~/x"}])
def test_it_is_where_the_daemon_would_be(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch):
    for name in ("HOME", "RDV_HOME", "REMOTE_DEV_DIR", "RDV_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    places = find_places(os.environ)
    assert (here.home(), here.run()) == (places.home, places.run)


@pytest.mark.parametrize("name", ["config.toml", "server/config.toml", "cli-token"])
def test_a_pipe_in_place_of_a_file_is_not_waited_for(name: str, tmp_path: Path):
    (tmp_path / "home" / "server").mkdir(parents=True)
    os.mkfifo(tmp_path / "home" / name)

    assert say(tmp_path / "home", tmp_path / "run", "status").code == 6


def test_a_path_that_no_file_can_have_is_told(tmp_path: Path):
    said = say(tmp_path / ("long" * 100), tmp_path / "run", "status")

    assert said.code == 1
    assert said.err.startswith("rdv: ")
    assert "File name too long" in said.err
