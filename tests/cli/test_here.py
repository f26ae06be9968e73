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


@pytest.mark.parametrize("key", ["api_socket", '"api_socket"', '"api\\u005fsocket"'])
def test_a_socket_that_was_moved_is_found_however_its_key_is_written(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("RDV_HOME", str(tmp_path))
    (tmp_path / "config.toml").write_text(f'[server]\n{key} = "/run/elsewhere.sock"\n')

    assert here.api_socket_of_the_daemon() == Path("/run/elsewhere.sock")


def test_a_file_that_may_move_it_and_makes_no_sense_is_told(tmp_path: Path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "config.toml").write_text("[server\napi_socket = ")

    said = say(tmp_path / "home", tmp_path / "run", "status")

    assert said.code == 1
    assert "config.toml cannot be read" in said.err


@pytest.mark.parametrize("name", ["RDV_HOME", "REMOTE_DEV_DIR", "RDV_RUNTIME_DIR"])
def test_a_path_that_would_move_is_refused_as_the_daemon_does(name: str, tmp_path: Path):
    said = say(tmp_path / "home", tmp_path / "run", "status", **{"RDV_HOME": "", name: "here/it"})

    assert said.code == 2
    assert f"here/it ({name}) is no absolute path" in said.err
