"""The unit files, judged by systemd itself."""

import configparser
import os
import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = Path(__file__).parent.parent / "systemd"
SERVICES = ("rdvd.service", "rdvd-tmux@.service")
SOCKETS = ("rdvd-api.socket", "rdvd-terminal.socket")
ALL = (*SERVICES, *SOCKETS)
# 9.9 of 10 is nearly no sandbox at all, and honest: rdvd.service says why. It must not get worse.
WORST_SCORES = {"rdvd.service": 97, "rdvd-tmux@.service": 99}

pytestmark = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home in which the program that the unit starts exists, and copies of the units."""
    program = tmp_path / ".local" / "bin" / "rdvd"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    (tmp_path / "runtime").mkdir(mode=0o700)
    shutil.copytree(UNITS, tmp_path / "units")
    return tmp_path


def analyze(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home / "runtime"),
        "SYSTEMD_COLORS": "0",
    }
    return subprocess.run(
        ["systemd-analyze", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=30,
        check=False,
    )


def verify(home: Path, *units: str) -> subprocess.CompletedProcess[str]:
    files = [str(home / "units" / unit) for unit in units]
    return analyze(home, "verify", "--user", "--man=no", *files)


def settings(unit: str) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # pyright: ignore[reportAttributeAccessIssue] - as documented
    parser.read(UNITS / unit)
    return parser


def test_systemd_finds_nothing_to_say_about_the_units(home: Path):
    verdict = verify(home, *ALL)

    assert ("", 0) == (verdict.stdout, verdict.returncode)


@pytest.mark.parametrize(
    ("wrong", "said"), [("Restrat=always", "Restrat"), ("WatchdogSec=soon", "soon")]
)
def test_systemd_would_say_so_if_a_setting_were_wrong(home: Path, wrong: str, said: str):
    unit = home / "units" / "rdvd.service"
    unit.write_text(unit.read_text().replace("[Service]\n", f"[Service]\n{wrong}\n"))

    assert said in verify(home, "rdvd.service").stdout


@pytest.mark.parametrize("unit", SERVICES)
def test_the_sandbox_of_a_service_does_not_get_weaker(home: Path, unit: str):
    threshold = f"--threshold={WORST_SCORES[unit]}"
    file = str(home / "units" / unit)

    verdict = analyze(home, "security", "--user", "--offline=true", threshold, file)

    assert verdict.returncode == 0, verdict.stdout


def test_tmux_is_outside_the_control_group_of_the_daemon_and_survives_it():
    daemon, tmux = settings("rdvd.service"), settings("rdvd-tmux@.service")

    assert daemon["Unit"]["Wants"] == "rdvd-tmux@0.service"
    assert "Requires" not in daemon["Unit"]
    assert {"PartOf", "BindsTo", "Requires"}.isdisjoint(tmux["Unit"])
    assert tmux["Service"]["Slice"] == "rdvd-tmux.slice"
    assert "Slice" not in daemon["Service"]


def test_each_tmux_server_has_its_own_socket_and_the_kernel_takes_it_late():
    tmux = settings("rdvd-tmux@.service")["Service"]

    assert "/run/tmux-%i.sock " in tmux["ExecStart"]
    daemon = settings("rdvd.service")["Service"]
    # Other units of a user have 200, and what runs in sessions 300.
    assert [int(unit["OOMScoreAdjust"]) for unit in (tmux, daemon)] == [100, 100]


def test_programs_in_sessions_may_use_select_and_may_ask_for_more():
    assert settings("rdvd-tmux@.service")["Service"]["LimitNOFILE"] == "1024:65536"


@pytest.mark.parametrize("unit", SERVICES)
def test_nothing_that_breaks_sudo_git_or_terminals_is_set(unit: str):
    breaks = {"NoNewPrivileges", "PrivateDevices", "RestrictNamespaces", "PrivateTmp", "UMask"}
    breaks |= {"ProtectHome", "ProtectSystem", "MemoryDenyWriteExecute", "SystemCallFilter"}

    assert breaks.isdisjoint(settings(unit)["Service"])


@pytest.mark.parametrize("name", ["api", "terminal"])
def test_a_socket_is_private_and_has_the_name_that_the_daemon_knows(name: str):
    socket = settings(f"rdvd-{name}.socket")["Socket"]

    assert socket["FileDescriptorName"] == name
    assert (socket["SocketMode"], socket["DirectoryMode"]) == ("0600", "0700")
    assert socket["ListenStream"] == f"%h/.remote-dev/run/{name}.sock"
