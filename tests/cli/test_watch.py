"""`--watch` in a real terminal: it draws, it goes, and the terminal is as it was."""

import os
import re
import signal
import subprocess
import sys
import termios
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rdvd.cli.screen import ENTER, LEAVE
from tests.rdvd.daemons import A_WHILE, environment

from .terminal import Place, terminal

ENDS = {"q": 0, "\x03": 130, "SIGTERM": 143, "SIGHUP": 129}


@pytest.mark.parametrize("how", list(ENDS))
def test_however_it_ends_the_terminal_is_as_it_was(how: str, shared: Place):
    with terminal(shared, "tree", "--watch=60") as there:
        there.read_until(ENTER)
        there.read_until("audit")
        changed = not there.is_as_it_was()
        if how.startswith("SIG"):
            there.process.send_signal(signal.Signals[how])
        else:
            there.type(how)
        there.read_until(LEAVE)
        code = there.process.wait(A_WHILE)

        assert (changed, code, there.is_as_it_was()) == (True, ENDS[how], True)


def test_ctrl_z_gives_the_terminal_back_and_going_on_takes_it_again(shared: Place):
    shell = ("sh", "-c", 'set -m; "$@"; read line; fg; echo "ended with $?"', "sh")
    with terminal(shared, "status", "--watch=60", below=shell) as there:
        there.read_until("version")
        there.type("\x1a")
        there.read_until(LEAVE)
        there.type("\n")
        there.read_until(ENTER)
        there.read_until("version")
        there.type("q")
        there.read_until(LEAVE)
        there.read_until("ended with 0")


def test_it_is_drawn_anew_when_time_passes_and_when_the_terminal_gets_another_size(shared: Place):
    with terminal(shared, "tree", "--watch=0.1") as there:
        for _ in range(3):
            there.read_until("\x1b[?2026h")
    with terminal(shared, "tree", "--watch=3600") as there:
        there.read_until("\x1b[?2026l")
        termios.tcsetwinsize(there.slave, (5, 30))
        again = there.read_until("\x1b[?2026l")

    drawn = [re.sub(r"\x1b\[[?0-9;]*[a-zA-Z]", "", line) for line in again.split("\r\r\n")]
    assert len(drawn) == 5
    assert max(map(len, drawn)) <= 30
    assert drawn[-1].endswith("more lines")


@pytest.mark.parametrize("command", ["tree", "status"])
def test_forty_columns_are_enough(command: str, shared: Place):
    with terminal(shared, command, "--watch", columns=40) as there:
        there.read_until("\x1b[?2026h")
        drawn = there.read_until("\x1b[?2026l")

    lines = [re.sub(r"\x1b\[[?0-9;]*[a-zA-Z]", "", line) for line in drawn.split("\r\r\n")]
    assert max(map(len, lines)) <= 40


@contextmanager
def out_of_reach(place: Place) -> Generator[None]:
    """Something else lies where the daemon listens: it would put back what is only missing."""
    address, kept, other = (place.run / name for name in ("api.sock", "kept", "other"))
    os.link(address, kept)
    other.touch()
    other.rename(address)
    yield
    kept.rename(address)


def test_a_daemon_that_goes_away_is_waited_for_and_must_be_there_at_first(
    shared: Place, tmp_path: Path
):
    absent = Place(tmp_path / "home", shared.run / "absent")
    with terminal(shared, "status", "--watch=0.1") as there:
        there.read_until("healthy")
        with out_of_reach(shared):
            gone = there.read_until("asking again")
        there.read_until("healthy")

    assert "does not listen" in gone
    assert absent.say("status", "--watch").code == 6


def test_without_a_terminal_there_is_a_new_block_for_each_change_and_no_escape(shared: Place):
    rdv = subprocess.Popen(
        [sys.executable, "-m", "rdvd.cli", "status", "--watch=0.1", "--json=status"],
        env=environment(shared.home, shared.run), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    with rdv:
        assert rdv.stdout is not None
        assert rdv.stderr is not None
        first = rdv.stdout.readline()
        with out_of_reach(shared):
            failure = rdv.stderr.readline()
        second = rdv.stdout.readline()
        rdv.send_signal(signal.SIGINT)
        rest, _ = rdv.communicate(timeout=A_WHILE)

    assert first == second == b'{"status": "healthy"}\n'
    assert b"does not listen" in failure
    assert (rest, rdv.returncode) == (b"", 130)


def test_when_nobody_reads_any_more_it_ends_by_itself(shared: Place):
    rdv = subprocess.Popen(
        [sys.executable, "-m", "rdvd.cli", "status", "--watch=3600"],
        env=environment(shared.home, shared.run), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert rdv.stdout is not None
    assert rdv.stderr is not None
    rdv.stdout.readline()
    rdv.stdout.close()
    with rdv.stderr:
        said = rdv.stderr.read()

    assert (rdv.wait(A_WHILE), said) == (141, b"")


@pytest.mark.parametrize("words", [["tree", "--watch=0"], ["tree", "--watch=soon"]], ids=str)
def test_a_time_that_makes_no_sense_is_wrong_usage(words: list[str], shared: Place):
    assert shared.say(*words).code == 2


def test_a_place_in_the_tree_is_shown_alone_and_a_wrong_one_with_a_near_one(shared: Place):
    one, none = shared.say("tree", "--json=name", "rdvd/auth"), shared.say("tree", "rdvd/aut")

    assert one.json == {"name": "auth"}
    assert none.code == 3
    assert "Did you mean rdvd/auth?" in none.err
