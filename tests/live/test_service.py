"""rdvd as a service of a real systemd: what the unit files promise, seen to happen."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from .machine import USER, Machine

# Each of them ends or holds up the daemon, and leaves it to systemd to bring it back.
FATES: dict[str, Callable[[Machine], object]] = {
    "restarted": lambda machine: machine.rdv("service", "restart"),
    "stopped": lambda machine: machine.rdv("service", "stop"),
    "killed": lambda machine: machine.systemctl("kill", "--signal=KILL", "rdvd.service"),
    "aborted": lambda machine: machine.systemctl("kill", "--signal=ABRT", "rdvd.service"),
}
COUNT = "n=0; while [ -e counting ]; do echo line $((n += 1)) of many; sleep 0.01; done; echo bye"
CALL = """
import socket, sys, threading
over, answered = threading.Event(), 0
threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
print("calling", flush=True)
while not over.is_set():
    with socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(60)
        caller.connect("/home/{user}/.remote-dev/run/api.sock")
        caller.sendall(b"GET /health/live HTTP/1.0\\r\\nHost: rdvd\\r\\n\\r\\n")
        answer = caller.recv(64)
    assert answer.startswith(b"HTTP/1.1 200 ") or answer.startswith(b"HTTP/1.1 429 "), answer
    answered += 1
print(answered)
"""


def groups(machine: Machine, pid: int) -> str:
    """Its control group, as that machine sees it."""
    return machine.run("cat", f"/proc/{pid}/cgroup").partition("0::")[2].strip()


def score(machine: Machine, pid: int) -> int:
    return int(machine.run("cat", f"/proc/{pid}/oom_score_adj"))


def found(machine: Machine, pattern: str) -> list[int]:
    return [int(pid) for pid in machine.run("pgrep", "--full", pattern).split()]


def main_pid(machine: Machine) -> int:
    return int(machine.show("rdvd.service", "MainPID"))


def keepers(machine: Machine) -> list[int]:
    """All that a session is, but for the daemon."""
    return sorted(found(machine, "tmux-0.sock -f /dev/null$|^/.*rdvd-recorder |wrapper.sh"))


@contextmanager
def session(machine: Machine, name: str, line: str) -> Generator[None]:
    machine.rdv("new", name, "--detach", "--command", line)
    try:
        yield
    finally:
        machine.rdv("session", "close", name, "--yes")


def printed(machine: Machine, name: str) -> list[str]:
    machine.rdv("session", "wait", name)
    return machine.rdv("session", "logs", name).splitlines()


def about(machine: Machine) -> Any:  # Any: as JSON comes
    return json.loads(machine.rdv("service", "status", "--json"))


def test_it_is_ready_when_systemd_says_that_it_is_up(service: Machine):
    service.rdv("service", "restart")
    health = json.loads(service.rdv("status", "--json"))

    assert health["status"] == "healthy"
    assert service.show("rdvd.service", "StatusText") == "Ready"
    assert [unit["active"] for unit in about(service)["units"]] == ["active"] * 3


def test_who_calls_while_it_is_down_waits_for_it(service: Machine):
    service.systemctl("stop", "rdvd.service")
    before = service.show("rdvd.service", "ActiveState")

    service.rdv("status")

    assert (before, service.show("rdvd.service", "ActiveState")) == ("inactive", "active")


def test_stopped_it_stays_down_whoever_calls(service: Machine):
    service.rdv("service", "stop")

    with pytest.raises(AssertionError, match="rdv service start"):
        service.rdv("status")
    assert service.show("rdvd.service", "ActiveState") == "inactive"


@pytest.mark.parametrize("fate", list(FATES))
def test_whatever_becomes_of_the_daemon_no_session_loses_a_byte(service: Machine, fate: str):
    (service.home / "counting").touch()
    with session(service, fate, COUNT):
        before, kept = main_pid(service), keepers(service)
        FATES[fate](service)
        service.rdv("service", "start")
        after, still_kept = main_pid(service), keepers(service)
        (service.home / "counting").unlink()
        lines = printed(service, fate)

    assert before != after
    assert len(kept) >= 3
    assert kept == still_kept
    assert lines == [*(f"line {n} of many" for n in range(1, len(lines))), "bye"]


def test_a_daemon_that_hangs_is_started_anew_and_its_sessions_go_on(service: Machine):
    folder = service.home / ".config/systemd/user/rdvd.service.d"
    service.run("mkdir", "-p", f"/home/{USER}/.config/systemd/user/rdvd.service.d")
    (folder / "hurry.conf").write_text("[Service]\nWatchdogSec=4\n")
    service.systemctl("daemon-reload")
    service.rdv("service", "restart")
    before = main_pid(service)
    with session(service, "held", "read -r line && echo heard $line"):
        service.systemctl("kill", "--signal=STOP", "--kill-whom=main", "rdvd.service")
        service.rdv("session", "send", "held", "you", "--enter")
        lines = printed(service, "held")
    (folder / "hurry.conf").unlink()
    folder.rmdir()
    service.systemctl("daemon-reload")

    assert main_pid(service) != before
    assert "heard you" in lines
    assert int(service.show("rdvd.service", "NRestarts")) >= 1


def test_a_restart_refuses_nobody_and_drops_no_answer(service: Machine):
    command = service.command(sys.executable, "-c", CALL.format(user=USER))
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as caller:
        assert caller.stdin is not None
        assert caller.stdout is not None
        caller.stdout.readline()
        before = main_pid(service)
        service.rdv("service", "restart")
        answered, _ = caller.communicate()

    assert main_pid(service) != before
    assert (caller.returncode, int(answered) > 0) == (0, True)


def test_a_reload_is_over_when_systemd_says_so(service: Machine):
    service.rdv("config", "set", "server.drain_seconds", "7")
    before = main_pid(service)
    service.systemctl("reload", "rdvd.service")
    shown = json.loads(service.rdv("config", "show", "--json"))
    service.rdv("config", "unset", "server.drain_seconds")
    service.systemctl("reload", "rdvd.service")

    assert "drain_seconds" in json.dumps(shown)
    assert service.show("rdvd.service", "ActiveState") == "active"
    assert main_pid(service) == before


def test_what_runs_in_a_session_may_do_what_it_may_in_any_terminal(service: Machine):
    service.as_root("install", "--mode=4755", "/usr/bin/id", "/usr/local/bin/powerful")
    looks = "powerful -u; grep NoNewPrivs: /proc/self/status; cat /proc/self/oom_score_adj; env"
    with session(service, "free", looks):
        lines = printed(service, "free")
        everything = "\n".join(lines)

    assert (lines[0], lines[1].split(), lines[2]) == ("0", ["NoNewPrivs:", "0"], "300")
    assert f"XDG_RUNTIME_DIR=/run/user/{1234}" in lines
    assert re.findall(r"^(?:INVOCATION_ID|JOURNAL_STREAM|MANAGERPID|NOTIFY_.*)=", everything) == []


def test_what_keeps_sessions_is_apart_from_the_daemon_and_last_to_be_killed(service: Machine):
    with session(service, "apart", "cat"):
        (recorder,) = found(service, "^/.*rdvd-recorder ")
        (tmux,) = about(service)["tmux"]
        daemon = main_pid(service)
        scores = [score(service, pid) for pid in (recorder, tmux["pid"], daemon)]

    assert scores == [100, 100, 100]
    assert re.search(r"/rdvd-tmux\.slice/rdvd-tmux@0\.service$", tmux["cgroup"])
    assert re.search(r"/rdvd-tmux\.slice/rdvd-recorder-\d+\.scope$", groups(service, recorder))
    assert groups(service, daemon).endswith("/app.slice/rdvd.service")


def test_a_wrong_configuration_is_told_and_once_mended_it_starts_at_once(service: Machine):
    file = service.home / ".remote-dev/server/config.toml"
    own = service.home.stat()
    file.write_text("[server]\nnonsense = 1\n")
    file.chmod(0o600)
    _give(file, own.st_uid)
    with pytest.raises(AssertionError, match="rdv config check"):
        service.rdv("service", "restart")
    for _ in range(6):  # more often than systemd tries
        with pytest.raises(AssertionError):
            service.rdv("status")
    sockets = service.show("rdvd-api.socket", "ActiveState")
    file.unlink()

    service.rdv("service", "start")

    assert sockets == "failed"  # or else the rest would prove nothing
    assert [unit["active"] for unit in about(service)["units"]] == ["active"] * 3


def _give(file: Path, uid: int) -> None:
    os.chown(file, uid, uid)


def test_what_it_logs_is_in_the_journal(service: Machine):
    service.rdv("service", "restart")

    assert "listening" in service.rdv("service", "logs", "--lines=60")


def test_uninstalled_it_leaves_sessions_and_installed_anew_it_finds_them(service: Machine):
    with session(service, "staying", "read -r line && echo heard $line"):
        kept = keepers(service)
        said = service.rdv("service", "uninstall")
        left = list((service.home / ".config/systemd/user").glob("rdvd*"))
        still_kept = keepers(service)
        service.rdv("service", "install", "--now")
        service.rdv("session", "send", "staying", "you", "--enter")
        lines = printed(service, "staying")

    assert "kept running, with its sessions: rdvd-tmux@0.service" in said
    assert (left, still_kept) == ([], kept)
    assert "heard you" in lines


def test_it_says_whether_it_goes_on_after_the_last_logout(service: Machine):
    before = about(service)["linger"]
    (service.disk / "var/lib/systemd/linger" / USER).unlink()
    after = about(service)["linger"]
    (service.disk / "var/lib/systemd/linger" / USER).touch()

    assert (before, after) == (True, False)
