"""What somebody planted where a file of ours belongs is refused with a hint, and left alone."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from attrs import frozen

from rdvd.ground.places import Places, find_places, prepare

from .daemons import environment
from .starter import Starter, starting

MISCONFIGURED = 78
THESIS = "my thesis"

OURS: dict[str, Callable[[Places], Path]] = {
    "socket": lambda places: places.api_socket,
    "pid file": lambda places: places.pid_file,
    "database": lambda places: places.database,
    "write-ahead log": lambda places: places.database.with_name("sqlite.db-wal"),
    "pepper": lambda places: places.database.with_name("sqlite.db.pepper"),
    "service token": lambda places: places.service_token,
    "config": lambda places: places.config_file,
    "server config": lambda places: places.server_config_file,
    "log": lambda places: places.log_file,
}
KINDS = (
    "a link", "a link to nowhere", "a directory", "a foreign file", "a pipe", "a file of another",
)  # fmt: skip
# A text is what a log is, so one that is ours is written on. SQLite takes over what bears the name
# of its log, and believes nothing of it that it has not written.
HARMLESS = {("log", "a foreign file"), ("write-ahead log", "a foreign file")}
PAIRS = [(ours, kind) for ours in OURS for kind in KINDS if (ours, kind) not in HARMLESS]


@pytest.fixture(scope="module")
def starter() -> Iterator[Starter]:
    with starting() as it:
        yield it


@pytest.fixture
def places() -> Iterator[Places]:
    with tempfile.TemporaryDirectory(prefix="rdv-") as short:
        environ = {"RDV_HOME": f"{short}/home", "RDV_RUNTIME_DIR": f"{short}/run"}
        found = find_places(environ)
        prepare(found)
        yield found


def plant(path: Path, kind: str) -> None:
    victim = path.with_name("victim")
    victim.write_text(THESIS)
    match kind:
        case "a link":
            path.symlink_to(victim)
        case "a link to nowhere":
            path.symlink_to(path.with_name("nowhere"))
        case "a directory":
            path.mkdir()
            (path / "thesis").write_text(THESIS)
        case "a pipe":
            os.mkfifo(path, 0o600)
        case _:
            path.write_text(THESIS)
            path.chmod(0o600)
    if kind == "a file of another":
        os.chown(path, 12345, -1)


@frozen
class Seen:
    """Everything about a place that must not change."""

    mode: int
    inode: int
    owner: int
    inside: dict[str, bytes]


def look(path: Path) -> Seen:
    found = path.lstat()
    files = [path, path.with_name("victim"), path / "thesis"]
    inside = {str(file): file.read_bytes() for file in files if file.is_file()}
    return Seen(found.st_mode, found.st_ino, found.st_uid, inside)


@pytest.mark.parametrize(("ours", "kind"), PAIRS)
def test_it_is_refused_with_a_hint_and_nothing_is_removed(
    ours: str, kind: str, starter: Starter, places: Places
):
    if kind == "a file of another" and os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    path = OURS[ours](places)
    plant(path, kind)
    before = look(path)

    ended = starter.start(environment(places.home, places.run))

    assert ended.code == MISCONFIGURED, ended.said
    assert str(path) in ended.said
    assert "Traceback" not in ended.said
    assert look(path) == before
    assert not path.with_name("nowhere").exists()
    assert not places.api_socket.is_socket()
