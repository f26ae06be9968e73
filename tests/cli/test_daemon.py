"""`rdv daemon`: in the background and back, and every way in which that can go wrong."""

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from attrs import frozen

from rdvd.cli.holder import holder_of
from tests.rdvd.daemons import A_WHILE, environment, with_setting

from .asking import Said, say

# Python reads this before the daemon: it tells us that it is here by opening a pipe, and stays.
HOLD = """
import os, sys
if "--quiet" in sys.orig_argv:
    os.open(os.environ["HELD"], os.O_WRONLY)
    open(os.environ["NEVER"])
"""


# And this, before `rdv`: it is interrupted as soon as it has a child, which is no daemon yet.
INTERRUPT = """
import os, signal
fork = os.fork
def fork_and_be_interrupted():
    child = fork()
    if not child:
        os.kill(os.getppid(), signal.SIGINT)
    return child
os.fork = fork_and_be_interrupted
"""


@frozen
class Place:
    home: Path
    run: Path

    @property
    def pid_file(self) -> Path:
        return self.home / "server" / "server.pid"

    def daemon(self, *words: str, **own: str) -> Said:
        return say(self.home, self.run, "daemon", *words, **own)

    def pid(self) -> int | None:
        with holder_of(self.pid_file) as holder:
            return holder.pid if holder else None


@pytest.fixture
def place(tmp_path: Path) -> Generator[Place]:
    with tempfile.TemporaryDirectory(prefix="rdv-") as short:
        place = Place(tmp_path / "home", Path(short) / "run")
        yield place
        place.daemon("stop", "--timeout", "5", "--kill")


def test_it_starts_ready_in_a_session_of_its_own_and_stops_leaving_nobody(place: Place):
    started, again = place.daemon("start"), place.daemon("start")
    pid = place.pid()
    assert pid is not None
    session, parent = os.getsid(pid), Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[1]
    outward = {str(Path(f"/proc/{pid}/fd/{fd}").readlink()) for fd in range(3)}
    health = say(place.home, place.run, "status")
    stopped, down = place.daemon("stop"), place.daemon("stop")

    assert (started.code, started.out) == (0, f"started, pid {pid}\n")
    assert (again.code, again.out) == (0, f"already running, pid {pid}\n")
    assert session not in {pid, os.getsid(0)}  # no leader, so it can get no terminal
    assert parent != str(os.getpid())
    assert outward == {"/dev/null", str(place.home / "server" / "daemon.stderr")}
    assert health.code == 0
    assert (stopped.code, stopped.out) == (0, f"stopped, pid {pid}\n")
    assert (down.code, down.out) == (0, "not running\n")
    assert place.pid() is None


def test_what_is_wrong_is_told_in_the_words_of_the_daemon_with_its_exit_code(place: Place):
    with_setting(place.home, "log_levle = 'debug'")

    said = place.daemon("start")

    assert said.code == 2
    assert "exit code 78" in said.err
    assert "did you mean log_level?" in said.err
    assert str(place.home / "server" / "server.log") in said.err


def test_a_fault_that_only_the_log_has_is_told_from_the_log(place: Place):
    place.daemon("start")
    place.daemon("stop")
    (place.home / "sqlite.db").write_bytes(b"no database, and longer than a header of one " * 9)

    said = place.daemon("start")

    assert said.code != 0
    assert "sqlite.db" in said.err
    assert place.pid() is None


def test_who_ends_without_a_word_as_on_a_full_disk_is_not_passed_over_in_silence(
    place: Place, tmp_path: Path
):
    end = 'import os, sys\nif "--quiet" in sys.orig_argv:\n    os._exit(1)\n'
    (tmp_path / "sitecustomize.py").write_text(end)

    said = place.daemon("start", PYTHONPATH=str(tmp_path))

    assert said.code == 1
    assert "is the disk full?" in said.err


def test_who_is_not_ready_in_time_is_stopped_again(place: Place):
    said = place.daemon("start", "--timeout", "0")

    assert said.code == 7
    assert "was stopped again" in said.err
    assert place.pid() is None


def test_an_interrupted_start_leaves_no_daemon_behind(place: Place, tmp_path: Path):
    (tmp_path / "sitecustomize.py").write_text(HOLD)
    pipes = {name: str(tmp_path / name.lower()) for name in ("HELD", "NEVER")}
    for pipe in pipes.values():
        os.mkfifo(pipe)
    rdv = subprocess.Popen(
        [sys.executable, "-m", "rdvd.cli", "daemon", "start"],
        env=environment(place.home, place.run) | pipes | {"PYTHONPATH": str(tmp_path)},
        stderr=subprocess.PIPE,
    )
    with Path(pipes["HELD"]).open("rb") as held:  # it is here
        rdv.send_signal(signal.SIGINT)
        assert held.read() == b""  # it is gone
    rdv.communicate(timeout=A_WHILE)

    assert rdv.returncode == 130


def test_an_interrupt_before_there_is_a_daemon_leaves_none_behind_either(
    place: Place, tmp_path: Path
):
    (tmp_path / "sitecustomize.py").write_text(INTERRUPT)
    own = {"PYTHONPATH": str(tmp_path)}

    said = place.daemon("start", **own)

    assert said.code == 130
    assert started_with(f"RDV_HOME={place.home}") == []


def started_with(variable: str) -> list[int]:
    """The processes that have this in their environment."""
    return [
        int(each.parent.name)
        for each in Path("/proc").glob("[0-9]*/environ")
        if variable in variables_in(each)
    ]


def variables_in(environ: Path) -> list[str]:
    try:
        return environ.read_bytes().decode(errors="replace").split("\0")
    except OSError:  # it has ended, or is somebody else's
        return []


def test_of_two_that_start_at_once_one_has_the_place_and_nobody_lies(place: Place):
    with ThreadPoolExecutor() as pool:
        both = list(pool.map(place.daemon, ["start", "start"]))

    pid = str(place.pid())
    codes = sorted(said.code for said in both)
    assert codes in ([0, 0], [0, 4])
    assert all(pid in said.out for said in both if said.code == 0)
    assert say(place.home, place.run, "health").code == 0


def test_who_comes_second_is_told_so_once(place: Place):
    place.home.mkdir(mode=0o700)
    descriptor = os.open(place.home, os.O_RDONLY)
    # Shared, so that it is known as nobody's before the start, and still keeps the daemon out.
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    late = place.daemon("start")
    os.close(descriptor)

    assert late.code == 4
    assert late.err.startswith(f"rdv: {place.home} is held by")
    assert late.err.count("held by") == 1
    assert "exit code" not in late.err


def test_a_restart_gives_another_process_also_after_a_kill(place: Place):
    place.daemon("start")
    first = place.pid()
    assert first is not None
    os.kill(first, signal.SIGKILL)
    after_a_kill = place.daemon("restart")
    second = place.pid()
    again = place.daemon("restart")

    assert (after_a_kill.code, again.code) == (0, 0)
    assert len({first, second, place.pid()}) == 3


def test_who_does_not_end_is_killed_only_if_that_was_said(place: Place):
    place.daemon("start")
    pid = place.pid()
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)

    patient, impatient = (
        place.daemon("stop", "--timeout", "0.1"),
        place.daemon("start", "--timeout", "0.1"),
    )
    alive = place.pid()
    killed = place.daemon("stop", "--timeout", "0.1", "--kill")

    assert (patient.code, alive) == (7, pid)
    assert "--kill" in patient.err
    assert impatient.code == 4
    assert killed.code == 0
    assert "had to be killed" in killed.err
    assert place.pid() is None


def test_a_daemon_whose_pid_file_was_replaced_is_the_one_that_is_stopped(place: Place):
    assert place.daemon("start").code == 0
    pid = place.pid()
    mine = place.home / "mine"
    mine.write_text("my thesis")
    mine.replace(place.pid_file)

    again, stopped = place.daemon("start"), place.daemon("stop")

    assert (again.code, again.out) == (0, f"already running, pid {pid}\n")
    assert (stopped.code, stopped.out) == (0, f"stopped, pid {pid}\n")
    assert place.pid_file.read_text() == "my thesis"


@pytest.mark.parametrize("content", ["{pid}\n", "", "4294967296\n", "9999999999\n"])
def test_a_process_that_only_has_the_number_is_never_stopped(place: Place, content: str):
    place.pid_file.parent.mkdir(parents=True, mode=0o700)
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as innocent:
        place.pid_file.write_text(content.format(pid=innocent.pid))
        place.pid_file.chmod(0o600)
        said = place.daemon("stop")
        lives = innocent.poll() is None
        innocent.communicate(timeout=A_WHILE)

    assert (said.code, said.out, lives) == (0, "not running\n", True)


def test_a_lock_on_another_file_of_that_name_proves_nothing(tmp_path: Path):
    pid_file, other = tmp_path / "server.pid", tmp_path / "other"
    for file in (pid_file, other):
        file.write_text(f"{os.getpid()}\n")
        file.chmod(0o600)
    with pid_file.open() as shared, other.open("r+") as locked:
        fcntl.flock(shared, fcntl.LOCK_SH)
        fcntl.flock(locked, fcntl.LOCK_EX)
        with holder_of(pid_file) as not_us:
            pass
        with holder_of(other) as us:
            assert us is not None
            assert us.pid == os.getpid()

    assert not_us is None
