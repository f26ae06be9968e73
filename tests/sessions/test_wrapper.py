"""The wrapper by itself: what it leaves in `exit`, and that no byte printed before it is lost."""

import os
import pty
import signal
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rdvd.sessions
from rdvd.bytelog import HANDSHAKE
from rdvd.sessions.homes import Home, is_wrapper, let_go, parse_exit, prepare, read_exit, wrapped

INSTALLED = Path(rdvd.sessions.__file__).with_name("wrapper.sh")
CASES: list[tuple[tuple[str, ...], int | None, int | None]] = [
    (("true",), 0, None),
    (("sh", "-c", "exit 3"), 3, None),
    (("sh", "-c", "kill -KILL $$"), None, signal.SIGKILL),
    (("sh", "-c", "kill -TERM $$"), None, signal.SIGTERM),
    (("sh", "-c", "kill -SEGV $$"), None, signal.SIGSEGV),
    (("sh", "-c", "kill -INT $$"), None, signal.SIGINT),
    (("sh", "-c", "exit 137"), 137, None),
    (("sh", "-c", "exit 255"), 255, None),
    (("no such program",), 127, None),
    (("/etc/passwd",), 126, None),
    (("-n",), 127, None),
]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    tmp_path.chmod(0o700)
    home = Home(tmp_path / "session's home")
    prepare(home)
    return home


@pytest.mark.parametrize(("command", "code", "number"), CASES)
def test_it_leaves_how_the_command_ended(
    command: tuple[str, ...], code: int | None, number: int | None, home: Home
):
    run_in_a_pty(home, command)

    how = read_exit(home)

    assert how is not None
    assert (code, number) == (how.code, how.signal)


def test_the_kernel_takes_the_command_before_what_keeps_sessions(home: Home):
    printed = run_in_a_pty(home, ("cat", "/proc/self/oom_score_adj"))

    own = int(Path("/proc/self/oom_score_adj").read_text())
    assert int(printed.removesuffix(HANDSHAKE)) == min(own + 200, 1000)


def test_an_upgrade_under_a_running_daemon_changes_nothing_that_it_begins(home: Home):
    script = wrapped(home, ("true",))[1]

    assert Path(script).parent == home.path
    assert Path(script).read_bytes() == INSTALLED.read_bytes()
    assert Path(script).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (("/bin/sh", "/elsewhere/rdvd/sessions/wrapper.sh", "/home/sessions/1", "vi"), True),
        (("/bin/sh", "/home/sessions/1/wrapper.sh", "/home/sessions/1", "7", "vi"), True),
        (("/bin/sh", "wrapper.sh", "vi"), False),
        (("/bin/sh", "/home/sessions/2/wrapper.sh", "/home/sessions/1", "vi"), False),
        (("/bin/sh",), False),
    ],
)
def test_a_wrapper_is_known_wherever_its_daemon_was_installed(
    command: tuple[str, ...], expected: bool
):
    assert is_wrapper(command) is expected


def run_in_a_pty(home: Home, command: tuple[str, ...]) -> bytes:
    """A terminal that answers the handshake, and all that was printed in it."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        wrapped(home, command), stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    ):
        os.close(theirs)
        let_go(home)
        said = b""
        while chunk := read_or_end(ours):
            said += chunk
            if said.endswith(HANDSHAKE):
                os.write(ours, b"\x1b[0n")
        os.close(ours)
    return said


def read_or_end(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65_536)
    except OSError:  # EIO: nobody has the other end any more
        return b""


def test_nothing_runs_before_it_is_let_go(home: Home, tmp_path: Path):
    with subprocess.Popen(wrapped(home, ("touch", str(tmp_path / "ran")))) as wrapper:
        with pytest.raises(subprocess.TimeoutExpired):
            wrapper.wait(0.1)
        assert not (tmp_path / "ran").exists()

        let_go(home)

        assert 0 == wrapper.wait(10)
    assert (tmp_path / "ran").exists()
    assert not home.go.exists()


def test_arguments_arrive_as_they_are(home: Home):
    hostile = ("$(touch x)", "`id`", "a b", "", "'", '"', "\n", "#{pane_id}", ";", "*", "\\", "-e")

    said = run_in_a_pty(home, ("printf", "<%s>", *hostile))

    wanted = "".join(f"<{each}>" for each in hostile).replace("\n", "\r\n").encode()
    assert wanted == said.removesuffix(HANDSHAKE)


def test_without_an_answer_it_goes_all_the_same(home: Home):
    with subprocess.Popen(wrapped(home, ("true",)), stdin=subprocess.DEVNULL) as wrapper:
        let_go(home)

        assert 0 == wrapper.wait(10)


@given(st.binary(max_size=40))
def test_whatever_lies_in_the_file_is_an_end_or_none(content: bytes):
    how = parse_exit(content, 7)

    assert how is None or (content.endswith(b"\n") and how.at == 7)
    assert how is None or (how.code is None) != (how.signal is None)
