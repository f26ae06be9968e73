"""Where files live; that they are ours alone from their first moment; what is refused."""

import os
import socket
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdvd.ground.places import Places, check_socket_path, find_places, prepare
from rdvd.ground.private import BadPlace, check_found, open_private, read_private, write_private

from .processes import run_python

CREATE = os.O_RDWR | os.O_CREAT


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return find_places({"RDV_HOME": str(tmp_path / "home")})


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_without_a_word_everything_is_below_the_home_of_the_user():
    places = find_places({"HOME": "/home/ada"})

    assert Path("/home/ada/.remote-dev") == places.home
    assert Path("/home/ada/.remote-dev/run/api.sock") == places.api_socket
    assert Path("/home/ada/.remote-dev/server/server.pid") == places.pid_file


def test_rdv_home_moves_it_all_and_wins_over_its_older_name():
    older = {"HOME": "/home/ada", "REMOTE_DEV_DIR": "~/older"}

    assert find_places(older).home == Path("/home/ada/older")
    assert find_places({**older, "RDV_HOME": "/srv/rdv"}).home == Path("/srv/rdv")
    assert find_places({**older, "RDV_HOME": ""}).home == Path("/home/ada/older")


def test_rdv_runtime_dir_moves_the_sockets_only():
    places = find_places({"RDV_HOME": "/srv/rdv", "RDV_RUNTIME_DIR": "/run/rdv"})

    assert Path("/run/rdv/api.sock") == places.api_socket
    assert Path("/srv/rdv/sessions/abc") == places.session("abc")


@pytest.mark.parametrize("name", ["HOME", "RDV_HOME", "REMOTE_DEV_DIR", "RDV_RUNTIME_DIR"])
def test_a_relative_path_is_refused_by_the_name_of_its_variable(name: str):
    with pytest.raises(BadPlace, match=rf"\({name}\)"):
        find_places({"HOME": "/home/ada", name: "data"})


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
def test_directories_are_0700_and_files_0600_whatever_the_umask(places: Places, umask: int):
    run_python(
        "import os, sys; os.umask(int(sys.argv[2]))\n"
        "from rdvd.ground.places import find_places, prepare\n"
        "from rdvd.ground.private import open_private, write_private\n"
        "places = find_places({'RDV_HOME': sys.argv[1]}); prepare(places)\n"
        "open_private(places.log_file, os.O_RDWR | os.O_CREAT)\n"
        "write_private(places.service_token, b'x')\n"
        "assert os.umask(0) == int(sys.argv[2])\n",
        places.home,
        umask,
    )

    for directory in (places.home, places.run, places.server, places.sessions, places.trash):
        assert mode(directory) == 0o700
    assert (mode(places.log_file), mode(places.service_token)) == (0o600, 0o600)


def test_the_umask_stays_as_it_was_while_many_threads_make_things(tmp_path: Path):
    said = run_python(
        "import os, sys; from concurrent.futures import ThreadPoolExecutor\n"
        "from pathlib import Path; from rdvd.ground.private import make_directory, open_private\n"
        "os.umask(0o022); sys.setswitchinterval(1e-6); top = Path(sys.argv[1])\n"
        "def make(number):\n"
        "    make_directory(top / str(number))\n"
        "    os.close(open_private(top / str(number) / 'file', os.O_RDWR | os.O_CREAT))\n"
        "with ThreadPoolExecutor(8) as pool: list(pool.map(make, range(500)))\n"
        "print(oct(os.umask(0)))\n",
        tmp_path,
    )

    assert "0o22\n" == said.stdout


def test_what_is_there_already_keeps_its_mode(places: Places):
    places.home.mkdir(mode=0o755)
    places.home.chmod(0o755)

    prepare(places)
    prepare(places)

    assert mode(places.home) == 0o755


@pytest.mark.parametrize("bits", [0o770, 0o707, 0o777])
def test_a_directory_that_others_can_change_is_refused_with_what_to_do(places: Places, bits: int):
    prepare(places)
    places.server.chmod(bits)

    with pytest.raises(BadPlace, match=f"mode {bits:04o}.*chmod go-w") as refused:
        prepare(places)

    assert refused.value.path == places.server
    assert mode(places.server) == bits


def test_a_link_is_refused_where_a_directory_belongs_and_not_followed(
    places: Places, tmp_path: Path
):
    places.home.mkdir(mode=0o700)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    places.run.symlink_to(elsewhere)

    with pytest.raises(BadPlace, match="a symbolic link where a directory belongs"):
        prepare(places)

    assert places.run.is_symlink()
    assert list(elsewhere.iterdir()) == []


def test_the_home_itself_may_be_a_link_to_another_disk(places: Places, tmp_path: Path):
    (tmp_path / "disk").mkdir(mode=0o700)
    places.home.symlink_to(tmp_path / "disk")

    prepare(places)

    assert (tmp_path / "disk" / "run").is_dir()


def test_a_link_that_leads_nowhere_is_refused(places: Places, tmp_path: Path):
    places.home.symlink_to(tmp_path / "gone")

    with pytest.raises(BadPlace, match="leads nowhere"):
        prepare(places)


def plant(path: Path, kind: str) -> None:
    match kind:
        case "a directory":
            path.mkdir()
        case "a pipe":
            os.mkfifo(path)
        case "a symbolic link":
            path.symlink_to(path.with_name("victim"))
        case _:
            with socket.socket(socket.AF_UNIX) as bound:
                bound.bind(str(path))


@pytest.mark.parametrize("kind", ["a directory", "a pipe", "a symbolic link", "a socket"])
def test_what_is_planted_where_a_file_belongs_is_refused_and_left_alone(tmp_path: Path, kind: str):
    planted, victim = tmp_path / "token", tmp_path / "victim"
    victim.write_text("precious")
    plant(planted, kind)
    before = planted.lstat()

    for attempt in (
        lambda: open_private(planted, CREATE),
        lambda: write_private(planted, b"new"),
        lambda: read_private(planted),
    ):
        with pytest.raises(BadPlace, match=f"is {kind} where a file belongs"):
            attempt()

    assert os.path.samestat(before, planted.lstat())
    assert victim.read_text() == "precious"


def test_a_file_that_others_can_write_to_is_refused(tmp_path: Path):
    file = tmp_path / "token"
    file.touch()
    file.chmod(0o662)

    with pytest.raises(BadPlace, match="can be changed by other users"):
        open_private(file, os.O_RDONLY)


def test_what_belongs_to_another_user_is_refused(tmp_path: Path):
    found = tmp_path.stat()
    somebody_else = os.stat_result((*found[:4], found.st_uid + 1, *found[5:]))

    with pytest.raises(BadPlace, match=f"belongs to uid {found.st_uid + 1}"):
        check_found(tmp_path, somebody_else, "a directory")


def test_a_file_is_replaced_at_once_and_leaves_no_draft_behind(tmp_path: Path):
    file = tmp_path / "token"

    write_private(file, b"old")
    with file.open() as reader:
        write_private(file, b"new")
        assert reader.read() == "old"

    assert read_private(file) == b"new"
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_is_not_there_reads_as_none(tmp_path: Path):
    assert read_private(tmp_path / "token") is None


def test_a_directory_that_cannot_be_made_is_refused_with_a_reason(tmp_path: Path):
    (tmp_path / "file").touch()

    with pytest.raises(BadPlace, match="cannot be used"):
        prepare(find_places({"RDV_HOME": str(tmp_path / "file" / "home")}))


@given(st.integers(1, 300), st.sampled_from("aé"))
def test_a_socket_path_is_refused_exactly_from_108_bytes_on(length: int, letter: str):
    path = Path("/" + letter * length)

    if len(str(path).encode()) <= 107:
        check_socket_path(path)
    else:
        with pytest.raises(BadPlace, match="RDV_RUNTIME_DIR"):
            check_socket_path(path)
