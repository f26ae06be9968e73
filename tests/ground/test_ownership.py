"""One owner per data directory, through real processes that live, leave and are killed."""

import os
import signal
from pathlib import Path

import pytest

from rdvd.ground.ownership import AlreadyRunning, own, read_owner
from rdvd.ground.private import BadPlace

from .processes import next_line, python

DAEMON = """
import sys
from pathlib import Path
from rdvd.ground.ownership import AlreadyRunning, own
try:
    with own(Path(sys.argv[1])) as claim:
        print("owns", claim.owner.pid, flush=True)
        sys.stdin.read()
except AlreadyRunning as refused:
    print("refused", refused.pid, flush=True)
"""


@pytest.fixture
def pid_file(tmp_path: Path) -> Path:
    return tmp_path / "server.pid"


def test_the_owner_is_written_down_and_gone_at_the_end(pid_file: Path):
    with own(pid_file) as claim:
        assert claim.owner == read_owner(pid_file)
        assert claim.owner.pid == os.getpid()
        assert pid_file.stat().st_mode & 0o777 == 0o600

    assert not pid_file.exists()


def test_two_owners_differ_although_they_have_the_same_pid(pid_file: Path):
    with own(pid_file) as first:
        pass
    with own(pid_file) as second:
        pass

    assert first.owner.nonce != second.owner.nonce


def test_a_second_daemon_is_refused_with_the_pid_of_the_first_which_is_unharmed(pid_file: Path):
    with python(DAEMON, pid_file) as first:
        assert next_line(first) == f"owns {first.pid}"
        before = read_owner(pid_file)

        with python(DAEMON, pid_file) as second:
            assert next_line(second) == f"refused {first.pid}"
        with pytest.raises(AlreadyRunning, match=f"pid {first.pid}"), own(pid_file):
            pass

        assert before == read_owner(pid_file)
        assert first.poll() is None

    assert not pid_file.exists()


def test_after_kill_9_the_next_one_takes_over_without_help(pid_file: Path):
    for _ in range(3):
        with python(DAEMON, pid_file) as daemon:
            assert next_line(daemon) == f"owns {daemon.pid}"
            daemon.send_signal(signal.SIGKILL)

        assert pid_file.exists()

    with own(pid_file) as claim:
        assert claim.owner == read_owner(pid_file)


def test_what_the_killed_one_had_started_does_not_hold_the_place(pid_file: Path):
    with_a_child = DAEMON.replace(
        "        print(",
        "        import subprocess\n"
        "        subprocess.Popen(['cat'], close_fds=False, stdout=subprocess.DEVNULL)\n"
        "        print(",
        1,
    )
    with python(with_a_child, pid_file) as daemon:  # its `cat` lives as long as this input
        assert next_line(daemon) == f"owns {daemon.pid}"
        daemon.kill()
        daemon.wait()

        with own(pid_file) as claim:
            assert claim.owner == read_owner(pid_file)


def test_of_many_that_start_at_once_exactly_one_owns(pid_file: Path):
    with (
        python(DAEMON, pid_file) as one,
        python(DAEMON, pid_file) as two,
        python(DAEMON, pid_file) as three,
    ):
        said = [next_line(daemon) for daemon in (one, two, three)]

        (owner,) = (line.split()[1] for line in said if line.startswith("owns"))
        # One that was refused in the very moment of the start may not know by whom.
        assert sorted(set(said) - {f"refused {owner}", "refused None"}) == [f"owns {owner}"]


def test_a_file_that_vanished_or_was_replaced_is_not_removed_at_the_end(pid_file: Path):
    with own(pid_file):
        pid_file.unlink()
    with own(pid_file):
        pid_file.unlink()
        pid_file.write_text("somebody else's")

    assert pid_file.read_text() == "somebody else's"


def test_an_owner_that_crashes_removes_its_file_too(pid_file: Path):
    with pytest.raises(RuntimeError), own(pid_file):
        raise RuntimeError

    assert not pid_file.exists()


@pytest.mark.parametrize(
    "stale", [b"", b"4711", b"4711\n", b"4711\n" + b"a" * 32 + b"\n12\n", b"\0"]
)
def test_a_stale_file_is_taken_over(pid_file: Path, stale: bytes):
    pid_file.write_bytes(stale)

    with own(pid_file) as claim:
        assert claim.owner == read_owner(pid_file)


def test_a_foreign_file_is_refused_and_keeps_its_content(pid_file: Path):
    pid_file.write_text("my thesis")

    with pytest.raises(BadPlace, match=r"no daemon has written.*move it away"), own(pid_file):
        pass

    assert pid_file.read_text() == "my thesis"
    assert read_owner(pid_file) is None


def test_a_link_is_refused_and_what_it_leads_to_is_untouched(pid_file: Path, tmp_path: Path):
    pid_file.symlink_to(tmp_path / "victim")

    with pytest.raises(BadPlace, match="symbolic link"), own(pid_file):
        pass

    assert pid_file.is_symlink()
    assert not (tmp_path / "victim").exists()


def test_a_directory_is_refused_and_stays(pid_file: Path):
    pid_file.mkdir()

    with pytest.raises(BadPlace, match="a directory where a file belongs"), own(pid_file):
        pass

    assert pid_file.is_dir()
