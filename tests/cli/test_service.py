"""`rdv service`: unit files for this very installation, judged by systemd; nothing else touched.

No systemd of a user runs where the tests run, so a program of its name notes what it is told.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest
from attrs import frozen
from click.testing import CliRunner, Result

from rdvd.cli import systemd
from rdvd.cli.exits import Failure
from rdvd.cli.main import rdv
from rdvd.cli.tmux_servers import tmux_servers
from rdvd.cli.units import NAMES, State, command, state_of

from .asking import say

NOTES = """#!/bin/sh
printf '%s\\n' "$(basename "$0") $*" >>"{noted}"
case "$*" in
    *show-user*) echo "Linger=$(cat "{linger}" 2>/dev/null || echo no)" ;;
    enable-linger) echo yes >"{linger}" ;;
    *list-units*) echo "rdvd-tmux@0.service loaded active running Tmux server 0" ;;
    *is-active*) printf 'inactive\\nactive\\ninactive\\n'; exit 3 ;;
    *"show --property=Id"*)
        printf 'Id=rdvd.service\\nActiveState=active\\nSubState=running\\nMainPID=4711\\n'
        printf 'ExecMainStartTimestamp=Mon 2026-01-05\\nNRestarts=2\\nUnitFileState=enabled\\n'
        printf '\\nId=rdvd-api.socket\\nActiveState=active\\nSubState=listening\\n'
        printf '\\nId=rdvd-terminal.socket\\nActiveState=failed\\nResult=resources\\n' ;;
esac
"""


@frozen
class Machine:
    """A person's home, with programs that note what systemd would be told."""

    root: Path
    environ: dict[str, str]

    @property
    def units(self) -> Path:
        return self.root / ".config" / "systemd" / "user"

    def rdv(self, *words: str, **own: str) -> Result:
        return CliRunner().invoke(rdv, ["service", *words], env=self.environ | own)

    def noted(self) -> list[str]:
        file = self.root.parent / "noted"
        return file.read_text().splitlines() if file.exists() else []


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    root = tmp_path / 'a $HOME, 100% "odd" \\ one'
    programs = tmp_path / "bin"
    for folder in (root, programs):
        folder.mkdir()
    for name in ("systemctl", "loginctl"):
        text = NOTES.format(noted=tmp_path / "noted", linger=tmp_path / "linger")
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    monkeypatch.setattr(systemd, "RUNS", tmp_path)
    monkeypatch.setattr(systemd, "LINGERING", tmp_path / "nobody")
    environ = {
        "HOME": str(root), "PATH": f"{programs}:{os.environ['PATH']}", "XDG_CONFIG_HOME": "",
        "RDV_HOME": "", "REMOTE_DEV_DIR": "", "RDV_RUNTIME_DIR": "",
    }  # fmt: skip
    return Machine(root, environ)


@pytest.fixture
def short_path() -> Generator[Path]:
    with tempfile.TemporaryDirectory(prefix="rdv-") as path:
        yield Path(path)


def test_an_installation_is_written_enabled_and_told_what_comes_next(machine: Machine):
    done = machine.rdv("install", RDV_SERVER_LOG_LEVEL="debug")

    assert done.exit_code == 0, done.output
    assert sorted(file.name for file in machine.units.iterdir()) == sorted(NAMES)
    assert machine.noted()[1:3] == [
        "systemctl --user daemon-reload",
        "systemctl --user enable rdvd.service rdvd-api.socket rdvd-terminal.socket",
    ]
    assert "rdv service start" in done.stdout
    assert "enable-linger" in done.stderr
    assert "RDV_SERVER_LOG_LEVEL" in done.stderr
    assert machine.rdv("install", "--now").exit_code == 0  # twice is fine


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze")
@pytest.mark.parametrize("is_odder", [False, True])
def test_systemd_finds_nothing_to_say_about_what_was_written_for_odd_paths(
    machine: Machine, short_path: Path, is_odder: bool
):
    home = machine.root / "data % $X"
    python = (machine.root if is_odder else short_path) / "py $thon 100%"
    python.symlink_to(sys.executable)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "executable", str(python))
        done = machine.rdv("install", RDV_HOME=str(home), RDV_RUNTIME_DIR="/run/some where")

    verdict = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", *map(str, machine.units.iterdir())],
        env={"PATH": os.environ["PATH"], "HOME": str(machine.root),
             "XDG_RUNTIME_DIR": str(short_path), "SYSTEMD_COLORS": "0"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=30, check=False,
    )  # fmt: skip
    service = (machine.units / "rdvd.service").read_text()
    tmux = (machine.units / "rdvd-tmux@.service").read_text()
    assert done.exit_code == 0, done.output
    assert (verdict.stdout, verdict.returncode) == ("", 0)
    assert 'data %% $X"' in service  # in a value nothing is expanded
    assert '-S "/run/some where/tmux-%i.sock"' in tmux
    assert (
        "ListenStream=/run/some where/api.sock\n" in (machine.units / "rdvd-api.socket").read_text()
    )


def test_every_character_that_systemd_reads_in_a_command_is_made_plain():
    assert command("/$a b", '"$x"', "100%", "back\\slash") == (
        '"/$a b" "\\"$$x\\"" "100%%" "back\\\\slash"'
    )
    assert command("/it's") == '"/usr/bin/env" "/it\'s"'


def test_a_dry_run_shows_everything_and_changes_nothing(machine: Machine):
    done = machine.rdv("install", "--dry-run", "--now", "--linger")

    assert done.exit_code == 0
    assert all(str(machine.units / name) in done.stdout for name in NAMES)
    assert "loginctl enable-linger\nsystemctl --user start rdvd.service" in done.stdout
    assert not machine.units.exists()
    assert machine.noted() == []


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_somebody_else_is_in_nobodys_way_twice(machine: Machine, name: str):
    machine.units.mkdir(parents=True)
    (machine.units / name).write_text("[Unit]\nDescription=mine\n")

    refused = machine.rdv("install")
    uninstalled = machine.rdv("uninstall")

    assert isinstance(refused.exception, Failure)
    assert refused.exception.code == 4
    assert [file.name for file in machine.units.iterdir()] == [name]
    assert (machine.units / name).read_text() == "[Unit]\nDescription=mine\n"
    assert uninstalled.stdout == "not installed\n"


def test_what_was_changed_by_hand_is_kept_and_named(machine: Machine):
    machine.rdv("install")
    changed = machine.units / "rdvd.service"
    changed.write_text(changed.read_text().replace("RestartSec=1", "RestartSec=2"))

    again, uninstalled = machine.rdv("install"), machine.rdv("uninstall")

    assert isinstance(again.exception, Failure)
    assert "was changed" in str(again.exception)
    assert uninstalled.exit_code == 0
    assert [file.name for file in machine.units.iterdir()] == ["rdvd.service"]
    assert f"kept {changed}" in uninstalled.stderr
    assert "rdvd-tmux@0.service" in uninstalled.stdout
    assert not any("tmux" in line and "disable" in line for line in machine.noted())


def test_units_of_another_data_directory_are_not_ours(machine: Machine, tmp_path: Path):
    machine.rdv("install")

    other = machine.rdv("uninstall", RDV_HOME=str(tmp_path / "other"))

    assert other.stdout == "not installed\n"
    assert len(list(machine.units.iterdir())) == len(NAMES)


def test_the_status_says_state_process_start_and_lingering(machine: Machine):
    before = machine.rdv("status")
    machine.rdv("install", "--linger")
    text, fields = machine.rdv("status"), machine.rdv("status", "--json")

    assert isinstance(before.exception, Failure)
    assert before.exception.code == 3
    assert "active (running), enabled" in text.stdout
    assert "4711" in text.stdout
    assert "last result: resources" in text.stdout
    assert '"linger": true' in fields.stdout
    assert '"main_pid": 4711' in fields.stdout


def test_it_is_started_whatever_failed_before_and_stopped_so_that_no_call_starts_it(
    machine: Machine,
):
    machine.rdv("install")
    done = [machine.rdv(word).exit_code for word in ("start", "restart", "stop")]
    told = [line for line in machine.noted() if not line.startswith("systemctl --user show")]

    forgiven = "systemctl --user reset-failed rdvd.service rdvd-api.socket rdvd-terminal.socket"
    assert done == [0, 0, 0]
    assert told[-5:] == [
        forgiven, "systemctl --user start rdvd.service",
        forgiven, "systemctl --user restart rdvd.service",
        "systemctl --user stop rdvd-terminal.socket rdvd-api.socket rdvd.service",
    ]  # fmt: skip


def test_what_it_logs_is_read_from_its_file_where_the_journal_is_for_administrators(
    machine: Machine,
):
    journal = Path(machine.environ["PATH"].partition(":")[0], "journalctl")
    journal.write_text("#!/bin/sh\necho No journal files were opened >&2\nexit 1\n")
    journal.chmod(0o755)
    machine.rdv("install")
    folder = machine.root / ".remote-dev" / "server"
    folder.mkdir(parents=True)
    (folder / "server.log").write_text("its last words\n")

    assert machine.rdv("logs").stdout == "its last words\n"


def test_what_systemd_has_in_hand_is_not_started_beside_it(machine: Machine):
    machine.rdv("install")

    done = CliRunner().invoke(rdv, ["daemon", "start"], env=machine.environ)

    assert isinstance(done.exception, Failure)
    assert done.exception.code == 4
    assert "rdvd-api.socket is active" in str(done.exception)
    assert not (machine.root / ".remote-dev" / "server").exists()


def test_without_systemd_it_says_what_to_use_instead(tmp_path: Path, short_path: Path):
    home, run = tmp_path / "home", short_path / "run"
    own = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}

    installed, uninstalled = (
        say(home, run, "service", word, **own) for word in ("install", "uninstall")
    )

    assert (installed.code, uninstalled.code) == (8, 0)
    assert "rdv daemon start" in installed.err
    assert not (tmp_path / ".config").exists()


def test_the_log_file_is_shown_as_people_read_it(tmp_path: Path, short_path: Path):
    home = tmp_path / "home"
    absent = say(home, short_path, "service", "logs")
    (home / "server").mkdir(parents=True)
    line = '{"at": "2026-01-05T10:00:00.000Z", "level": "info", "logger": "rdvd", "event": "up"'
    (home / "server" / "server.log").write_text(
        f'{line}, "n": 1}}\n{line}, "n": 2}}\nodd \x1b[2J\n'
    )
    shown = say(home, short_path, "service", "logs", "-n", "2")

    assert absent.code == 3
    assert shown.out.splitlines()[0].endswith("info rdvd: up n=2")
    assert shown.out.splitlines()[1] == "odd \ufffd[2J"


def test_a_link_in_the_place_of_a_unit_is_not_ours_wherever_it_leads(machine: Machine):
    machine.rdv("install")
    file = machine.units / "rdvd.service"
    file.rename(machine.root / "elsewhere")
    file.symlink_to(machine.root / "elsewhere")

    assert state_of(file, machine.root / ".remote-dev") is State.FOREIGN


@pytest.mark.skipif(shutil.which("tmux") is None, reason="no tmux")
def test_a_tmux_server_is_found_with_its_process_and_a_left_over_socket_without(short_path: Path):
    living, left_over = short_path / "tmux-0.sock", short_path / "tmux-1.sock"
    tmux = ["tmux", "-S", str(living), "-f", "/dev/null"]
    subprocess.run([*tmux, "new-session", "-d", "cat"], check=True, timeout=30)
    asked = subprocess.run([*tmux, "display", "-p", "#{pid}"], capture_output=True, check=True)
    with closing(socket.socket(socket.AF_UNIX)) as dead:
        dead.bind(str(left_over))
    try:
        found = tmux_servers(short_path)
    finally:
        subprocess.run([*tmux, "kill-server"], check=True, timeout=30)

    assert [server.pid for server in found] == [int(asked.stdout), None]
    assert not found[0].is_in_the_daemons_group
