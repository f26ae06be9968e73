"""Sockets bound by us or handed over, and what is in their way: left alone."""

import os
import signal
import socket
import stat
import threading
from pathlib import Path

import pytest

from rdvd.ground.errors import Conflict
from rdvd.ground.private import BadPlace
from rdvd.ground.sockets import BadHandover, bind, take_over

from .processes import next_line, python, run_python

LISTENER = """
import sys
from pathlib import Path
from rdvd.ground.sockets import bind
listening = bind(Path(sys.argv[1]))
print("listens", flush=True)
sys.stdin.read()
listening.close()
"""

# What systemd does: descriptors from 3 on, variables that name the process that exec makes.
SYSTEMD = """
import os, socket, sys
kind, names, pid = sys.argv[1:4]
made = []
for name in names.split(":"):
    one = socket.socket(socket.AF_UNIX if kind != "inet" else socket.AF_INET,
                        socket.SOCK_DGRAM if kind == "dgram" else socket.SOCK_STREAM)
    if kind != "inet":
        one.bind(os.path.join(sys.argv[4], name + str(len(made))))
    if kind in {"stream", "inet"}:
        one.listen()
    made.append(os.dup2(one.fileno(), 50 + len(made)))
for place, descriptor in enumerate(made):
    os.dup2(descriptor, 3 + place, inheritable=True)
os.environ.update(LISTEN_PID=pid if pid != "mine" else str(os.getpid()),
                  LISTEN_FDS=str(len(made)), LISTEN_FDNAMES=names)
os.execv(sys.executable, [sys.executable, "-c", '''
import os, socket
from rdvd.ground.sockets import BadHandover, take_over
try:
    taken = take_over(os.environ)
except BadHandover as refused:
    print("refused", refused.detail)
else:
    for name, listening in taken.items():
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(listening.path))
            listening.socket.accept()[0].close()
        listening.close()
        print(name, listening.path.name, listening.path.exists(), listening.bound)
print([name for name in os.environ if name.startswith("LISTEN_")])
'''])
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    directory = tmp_path / "run"
    directory.mkdir(mode=0o700)
    return directory / "api.sock"


def test_a_bound_socket_is_0600_serves_and_is_gone_at_the_end(path: Path):
    listening = bind(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))

    listening.close()
    assert not path.exists()


@pytest.mark.parametrize("umask", [0o000, 0o777])
def test_its_mode_is_0600_whatever_the_umask(path: Path, umask: int):
    shown = run_python(
        "import os, sys; from pathlib import Path; from rdvd.ground.sockets import bind\n"
        "os.umask(int(sys.argv[2])); bind(Path(sys.argv[1]))\n"
        "print(oct(os.stat(sys.argv[1]).st_mode & 0o777))",
        path,
        umask,
    )

    assert shown.stdout == "0o600\n"


def test_a_socket_is_never_open_to_others_not_even_for_a_moment(path: Path):
    modes: set[int] = set()
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.is_set():
            for entry in os.scandir(path.parent):
                try:
                    modes.add(stat.S_IMODE(entry.stat(follow_symlinks=False).st_mode))
                except FileNotFoundError:
                    continue

    watching = threading.Thread(target=watch)
    watching.start()
    for _ in range(300):
        bind(path).close()
    is_over.set()
    watching.join()

    assert modes <= {0o600}


def test_after_kill_9_the_stale_socket_is_replaced(path: Path):
    with python(LISTENER, path) as process:
        assert next_line(process) == "listens"
        process.send_signal(signal.SIGKILL)
    assert path.is_socket()

    listening = bind(path)

    assert path.is_socket()
    listening.close()


def test_a_socket_on_which_somebody_answers_is_left_to_them(path: Path):
    with python(LISTENER, path) as process:
        assert next_line(process) == "listens"

        with pytest.raises(Conflict, match="somebody already listens") as refused:
            bind(path)

        assert refused.value.code == "SOCKET_IN_USE"
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))


def test_a_listener_too_busy_to_accept_counts_as_alive(path: Path):
    with socket.socket(socket.AF_UNIX) as busy:
        busy.bind(str(path))
        busy.listen(0)
        with socket.socket(socket.AF_UNIX) as waiting:
            waiting.connect(str(path))

            with pytest.raises(Conflict):
                bind(path)

    assert path.is_socket()


def plant(path: Path, kind: str) -> None:
    match kind:
        case "a directory":
            path.mkdir()
        case "a file":
            path.write_text("my thesis")
        case "a pipe":
            os.mkfifo(path)
        case _:
            with socket.socket(socket.AF_UNIX) as stale:
                stale.bind(str(path.with_name("stale")))
            path.symlink_to(path.with_name("stale"))


@pytest.mark.parametrize("kind", ["a directory", "a file", "a pipe", "a symbolic link"])
def test_what_is_no_socket_is_refused_with_a_hint_and_left_alone(path: Path, kind: str):
    plant(path, kind)
    before = path.lstat()

    with pytest.raises(BadPlace, match=f"is {kind} where a socket belongs; .*move it away"):
        bind(path)

    assert os.path.samestat(before, path.lstat())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_stale_socket_of_another_user_is_refused_and_left_alone(path: Path):
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(path))
    os.chown(path, 12345, -1)

    with pytest.raises(BadPlace, match="belongs to uid 12345"):
        bind(path)

    assert path.is_socket()


def test_a_directory_that_others_can_write_to_is_refused(path: Path):
    path.parent.chmod(0o777)

    with pytest.raises(BadPlace, match="can be changed by other users"):
        bind(path)


def test_a_missing_directory_is_refused_with_a_hint(tmp_path: Path):
    with pytest.raises(BadPlace, match="cannot be listened on"):
        bind(tmp_path / "gone" / "api.sock")


def test_a_path_that_is_too_long_is_refused_with_a_hint(tmp_path: Path):
    with pytest.raises(BadPlace, match="RDV_RUNTIME_DIR"):
        bind(tmp_path / ("x" * 108))


def test_at_the_end_a_file_that_is_not_the_one_we_bound_stays(path: Path):
    first = bind(path)
    path.unlink()
    second = bind(path)

    first.close()
    assert path.is_socket()

    path.unlink()
    second.close()
    assert not path.exists()


def handed_over(kind: str, names: str, folder: Path, pid: str = "mine") -> list[str]:
    return run_python(SYSTEMD, kind, names, pid, folder).stdout.splitlines()


def test_both_sockets_are_taken_over_and_the_environment_forgets_them(path: Path):
    assert handed_over("stream", "terminal:api", path.parent) == [
        "terminal terminal0 True None",
        "api api1 True None",
        "[]",
    ]


def test_sockets_for_another_process_are_not_taken_but_forgotten(path: Path):
    assert handed_over("stream", "api", path.parent, pid="1") == ["[]"]


@pytest.mark.parametrize(
    ("kind", "names", "reason"),
    [
        ("stream", "web", "api and terminal"),
        ("stream", "api:api", "two sockets of one name"),
        ("dgram", "api", "no listening Unix stream socket"),
        ("inet", "api", "no listening Unix stream socket"),
        ("silent", "api", "no listening Unix stream socket"),
    ],
)
def test_a_wrong_handover_is_refused_with_what_to_change(
    path: Path, kind: str, names: str, reason: str
):
    refused, left = handed_over(kind, names, path.parent)

    assert refused.startswith("refused ")
    assert reason in refused
    assert left == "[]"


@pytest.mark.parametrize("count", ["", "2", "-1", "many"])
def test_a_count_that_does_not_fit_the_names_is_refused(count: str):
    environ = {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": count, "LISTEN_FDNAMES": "api"}

    with pytest.raises(BadHandover, match="FileDescriptorName"):
        take_over(environ)

    assert environ == {}


def test_without_systemd_nothing_is_taken_over():
    assert take_over({"PATH": "/bin"}) == {}
