"""`rdv session ...` as people and scripts know it, beside a real daemon."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rdvd.sessions.census import Traces, look_around, members
from tests.cli.asking import Said
from tests.rdvd.daemons import A_WHILE, environment

from .house import PROGRAM, House, wait_until

ROOT = Path(__file__).parents[3]


@contextmanager
def meanwhile(house: House, out: Path, *words: str) -> Generator["subprocess.Popen[bytes]"]:
    """Another `rdv`, which writes into a file."""
    with out.open("wb") as file:
        process = subprocess.Popen(
            [*PROGRAM, *words], env=environment(house.home, house.run),
            stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.PIPE,
        )  # fmt: skip
        try:
            yield process
        finally:
            process.kill()
            process.communicate()


def listeners(house: House) -> int:
    """How many hear from the daemon what happens."""
    return house.ask("GET", "/health")["metrics"]["websocket_connections"]


def names_in(session: str) -> list[str]:
    found = members(Traces(session, 0, 0), look_around(frozenset()))
    return sorted(each.name for each in found)


def refused(said: Said, code: int, text: str) -> bool:
    return said.code == code and text in said.err


def test_a_session_is_begun_listed_shown_and_closed(house: House):
    begun = house.rdv(
        "new", "life", "-C", str(house.home), "-E", "COLOUR=blue", "--size=100x30",
        "--restart=on-failure", "--", "sh", "-c", "echo $COLOUR; pwd; exec sleep 1000",
    )  # fmt: skip
    assert (begun.code, begun.err) == (0, "")
    assert begun.out == "life has begun; `rdv a life` puts it on your terminal.\n"

    shown = house.rdv("session", "show", "life", "--json").json
    assert (shown["columns"], shown["rows"], shown["status"]) == (100, 30, "active")
    assert (shown["environment_names"], shown["restart_policy"]) == (["COLOUR"], "on-failure")
    assert house.rdv("session", "show", shown["id"][:-4], "--json=name").json == {"name": "life"}
    wait_until(lambda: names_in(shown["id"]) == ["sh", "sleep"])
    why = house.rdv("session", "show", "life", "--why").out
    assert "program    sh -c 'echo $COLOUR; pwd; exec sleep 1000'" in why
    assert "because    its wrapper runs" in why
    assert why.rstrip().endswith("S sleep")
    listed = house.rdv("ls").out
    assert "NAME" in listed.splitlines()[0]
    assert "life" in listed
    waited = house.rdv("session", "wait", "life", "blue", "--for", "output", "--from-start")
    assert (waited.code, waited.out) == (0, "blue\n")
    assert house.rdv("session", "screen", "life").out.splitlines()[:2] == ["blue", str(house.home)]

    assert refused(house.rdv("new", "life"), 4, "there is a session life already")
    assert refused(house.rdv("session", "close", "life"), 9, "nothing was changed")
    assert house.rdv("session", "close", "life", "--yes").out == "life is closed.\n"
    assert {"name": "life"} in house.rdv("ls", "--status=closed", "--json=name").json


def test_a_command_at_the_prompt_is_waited_for_and_its_code_is_ours(house: House):
    house.new("prompt")

    failing = house.rdv(
        "session", "exec", "prompt", "--wait", "echo out; exit_code() { return 3; }; exit_code"
    )
    assert (failing.code, failing.out) == (3, "out\n")
    words = house.rdv(
        "session", "exec", "prompt", "-w", "--", "printf", "%s|", "a b", "$HOME", "-w"
    )
    assert (words.code, words.out) == (0, "a b|$HOME|-w|\n")
    late = house.rdv("session", "exec", "prompt", "-w", "--timeout=0.3", "echo begun; sleep 1000")
    assert refused(late, 7, "not done after 0.3 s")
    house.rdv("session", "wait", "prompt", "begun", "--for=output", "--from-start")
    assert house.rdv("session", "keys", "prompt", "C-c").code == 0
    as_json = house.rdv("session", "exec", "prompt", "-w", "--json=exit_code,output", "echo x").json
    assert as_json == {"exit_code": 0, "output": "x\n"}
    assert refused(house.rdv("session", "exec", "prompt"), 2, "there is no command")


def test_what_it_asks_is_answered_and_nothing_else(house: House):
    house.new("asks", "sh", "-c", "printf 'name: '; read n; printf 'sure? '; read s; echo $n-$s")

    said = house.rdv("session", "expect", "asks", "name: ", "bob", r"sure\?", "yes", "bob-yes")
    assert said.code == 0, said.out
    assert said.out.count("matched") == 3

    house.new("silent", "cat")
    late = house.rdv("session", "expect", "silent", "never", "reply", "--timeout=0.3")
    assert late.code == 7
    assert "reply" not in house.rdv("session", "screen", "silent").out


def test_it_is_renamed_suspended_resumed_restarted_and_comes_out_of_the_trash(house: House):
    house.new("changes", "cat")

    assert house.rdv("session", "rename", "changes", "changed").out == "changes is changed now.\n"
    assert house.rdv("session", "suspend", "changed", "--freeze").code == 0
    assert "suspended, frozen" in house.rdv("ls").out
    assert house.rdv("session", "resume", "changed").out == "changed goes on.\n"
    again = house.rdv("session", "restart", "changed", "--yes", "--json=restart_count").json
    assert again == {"restart_count": 1}
    assert house.rdv("session", "send", "changed", "-e", "typed text").code == 0
    seen = house.rdv("session", "wait", "changed", "typed \\w+", "--for=output", "--from-start")
    assert seen.out == "typed text\n"
    assert house.rdv("session", "close", "changed", "--yes").code == 0
    assert "typed text\n" in house.rdv("session", "logs", "changed").out
    assert house.rdv("session", "trash", "changed", "--yes").code == 0
    assert "typed text\n" in house.rdv("session", "logs", "-f", "changed").out
    assert refused(house.rdv("session", "restart", "changed", "--yes"), 4, "is trashed")
    assert "out of the trash" in house.rdv("session", "restore", "changed").out
    assert refused(house.rdv("session", "restore", "changed"), 4, "neither lost nor in the trash")
    assert house.rdv("session", "restore", "--all").out == "No session has lost its terminal.\n"


def test_waiting_ends_with_what_happened(house: House, tmp_path: Path):
    house.new("awaited", "sh", "-c", "read x; exit 4")

    with meanwhile(house, tmp_path / "out", "session", "wait", "awaited", "--exit-code") as waiting:
        assert refused(
            house.rdv("session", "wait", "awaited", "--timeout=0.2"), 7, "has not ended in time"
        )
        silent = house.rdv("session", "wait", "awaited", "x", "--for=output", "--timeout=0.2")
        assert (silent.code, silent.err) == (7, "rdv: it has not happened in time\n")
        wait_until(lambda: listeners(house) == 1)
        house.end(signal.SIGKILL)
        house.start()
        house.rdv("session", "send", "awaited", "-e", "go")
        assert waiting.wait(A_WHILE) == 4
        assert waiting.stderr is not None
        assert waiting.stderr.read() == b"awaited: exited 4\n"
    over = house.rdv("session", "wait", "awaited", "never", "--for=output")
    assert refused(over, 1, "has ended without printing that")


def test_following_a_log_over_a_killed_daemon_loses_and_repeats_nothing(
    house: House, tmp_path: Path
):
    house.new("long", "sh", "-c", "read x; i=0; while [ $i -lt 2000 ]; do i=$((i+1)); "
              "echo line-$i; [ $((i % 40)) = 0 ] && sleep 0.03; done")  # fmt: skip
    out = tmp_path / "out"

    with meanwhile(house, out, "session", "logs", "-f", "--raw", "long") as following:
        house.rdv("session", "send", "long", "-e", "go")
        house.rdv("session", "wait", "long", "line-500\n", "--for=output", "--from-start")
        wait_until(lambda: out.stat().st_size > 0)
        house.end(signal.SIGKILL)
        house.start()
        assert following.wait(A_WHILE) == 0

    lines = out.read_bytes().replace(b"\r", b"").split(b"\n")
    assert lines[1:-1] == [f"line-{number}".encode() for number in range(1, 2001)]
    last = house.rdv("session", "logs", "long", "-n", "2").out
    assert last == "line-1999\nline-2000\n"
    assert house.rdv("session", "logs", "long", "--since", "2000-01-01").out.count("\n") == 2001
    assert house.rdv("session", "logs", "long", "--since", "0s").out == ""


def test_names_that_live_are_offered_to_the_shell(house: House):
    house.new("offered-one", "cat")

    for line in ("rdv a offered", "rdv session exec offered", "rdv session close offered"):
        number = str(len(line.split()) - 1)
        own = {"_RDV_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": number}
        # The daemon is not waited for long: who is offered nothing presses the key again.
        assert any(house.rdv(**own).out == "plain,offered-one\n" for _ in range(3))


def test_top_tells_what_each_session_uses(house: House):
    house.new("busy", "sh", "-c", "echo up; exec cat")
    house.rdv("session", "wait", "busy", "up", "--for=output", "--from-start")

    rows = {row["name"]: row for row in house.rdv("top", "--json").json["terminals"]}
    assert rows["busy"]["state"] == "active"
    assert rows["busy"]["processes"] >= 2
    assert rows["busy"]["memory_bytes"] > 100_000
    assert "SESSION" in house.rdv("top", "--once").out


def test_orphans_are_listed_and_what_is_no_orphan_is_refused(house: House):
    assert house.rdv("session", "orphans").out == "No orphans.\n"
    assert refused(house.rdv("session", "orphans", "--adopt", "x"), 2, "is no SERVER/NAME")
    assert house.rdv("session", "orphans", "--adopt", "0/rdv-x").code == 3


def test_without_a_daemon_it_says_so(tmp_path: Path):
    said = subprocess.run(
        [sys.executable, "-m", "rdvd.cli.main", "a", "one"],
        env=environment(tmp_path, tmp_path), capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL, timeout=A_WHILE,
    )  # fmt: skip
    assert said.returncode == 2  # no terminal is found out first

    for words in (["ls"], ["session", "exec", "x", "y"], ["session", "wait", "x"]):
        down = House(tmp_path, tmp_path).rdv(*words)
        assert (down.code, "does not listen" in down.err) == (6, True)


@pytest.mark.parametrize(
    ("name", "word"),
    [("$(touch x)", "'$(touch x)'"), ("it's", "'it'\"'\"'s'"), ("😀", "'😀'"), ("a b", "'a b'")],
)
def test_a_command_to_copy_means_the_session_whatever_its_name(name: str, word: str, house: House):
    begun = house.rdv("new", name, "--", "sleep", "1000")
    again = house.rdv("new", name)
    house.rdv("session", "close", "--yes", name)

    assert begun.out == f"{name} has begun; `rdv a {word}` puts it on your terminal.\n"
    assert refused(again, 4, f"`rdv a {word}` attaches to it")


@pytest.mark.parametrize(
    ("directory", "name"),
    [("two\nlines", "two lines"), ("\u202eright", "right"), ("-dash", "-dash"), (" ", "root")],
)
def test_a_session_is_named_after_any_directory(directory: str, name: str, house: House):
    place = house.home.parent / directory
    place.mkdir()

    begun = house.rdv("new", "-C", str(place), "--json=name,project_path", "--", "true")
    word = begun.json["name"]
    house.rdv("session", "close", "--yes", "--", word)

    assert {"name": name, "project_path": str(place)} == begun.json


def test_a_directory_that_is_gone_or_no_text_is_told(house: House):
    gone = house.home.parent / "gone"
    gone.mkdir()
    python, there = shlex.quote(sys.executable), shlex.quote(str(gone))
    below = f"cd {there} && rmdir {there} && exec {python} -m rdvd.cli new"
    nowhere = subprocess.run(
        ["sh", "-c", below], env=environment(house.home, house.run) | {"PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=A_WHILE, check=False,
    )  # fmt: skip
    no_text = house.rdv("new", "-C", os.fsdecode(os.fsencode(house.home.parent) + b"/\xff"))

    assert nowhere.returncode == 1
    assert "rdv: the directory that you are in is no more" in nowhere.stderr
    assert refused(no_text, 2, "Its name is not UTF-8")


def test_a_session_had_no_screen_before_it_began(house: House):
    house.rdv("new", "young", "--", "sleep", "1000")
    said = house.rdv("session", "screen", "young", "--at", "7d")
    house.rdv("session", "close", "--yes", "young")

    assert refused(said, 2, "rdv: the session began only at 20")
