"""A machine of its own, in namespaces, with a real systemd as PID 1 and one plain user.

`boot.sh` makes it; its disk is a layer in memory above this machine's, so nothing is left behind.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

ROOT = Path(__file__).resolve().parent.parent.parent
BOOT = Path(__file__).parent / "boot.sh"
SYSTEMD = Path("/lib/systemd/systemd")
USER = "dev"
UID = 1234
A_WHILE = 60.0
HOW = "sudo .venv/bin/python -m pytest tests/live"
NEEDED = ("unshare", "nsenter", "setpriv", "dbus-daemon", "systemctl", "loginctl", "tmux")
APART = ("--mount", "--pid", "--cgroup", "--ipc", "--uts", "--net", "--fork", "--kill-child")


def why_not() -> str | None:
    """What is missing for such a machine here, and what would help."""
    if not os.environ.get("RDV_TEST_LIVE"):
        return "boots a systemd of its own and takes minutes: RDV_TEST_LIVE=1 runs it, as root"
    if os.geteuid() != 0:
        return f"a systemd of its own is booted by root only: {HOW}"
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing or not SYSTEMD.exists():
        wanted = ", ".join(missing or [str(SYSTEMD)])
        return f"{wanted} not found: apt install systemd dbus libpam-systemd util-linux tmux"
    if _cgroup2() is None:
        return "there is no cgroup2 file system: mount one, such as -t cgroup2 /sys/fs/cgroup"
    tried = subprocess.run(["unshare", *APART, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        return f"this container may make no namespaces ({tried.stderr.strip()}): run it privileged"
    return None


@frozen
class Machine:
    """`pid` is that of its PID 1, seen from here."""

    pid: int

    @property
    def disk(self) -> Path:
        return Path(f"/proc/{self.pid}/root")

    @property
    def home(self) -> Path:
        return self.disk / "home" / USER

    def as_root(self, *words: str) -> str:
        return _said(["nsenter", f"--target={self.pid}", "--all", "--wdns=/", *words])

    def command(self, *words: str) -> list[str]:
        """By its user, in that user's login."""
        become = ["setpriv", f"--reuid={UID}", f"--regid={UID}", "--init-groups"]
        environment = (
            f"HOME=/home/{USER}", f"USER={USER}", f"LOGNAME={USER}", "SHELL=/bin/bash",
            f"XDG_RUNTIME_DIR=/run/user/{UID}", "LANG=C.UTF-8", f"PATH={os.defpath}",
        )  # fmt: skip
        entering = ["nsenter", f"--target={self.pid}", "--all", f"--wdns=/home/{USER}"]
        return [*entering, *become, "env", "-i", *environment, *words]

    def run(self, *words: str) -> str:
        return _said(self.command(*words))

    def rdv(self, *words: str) -> str:
        return self.run(sys.executable, "-P", "-m", "rdvd.cli", *words)

    def systemctl(self, *words: str) -> str:
        return self.run("systemctl", "--user", "--no-pager", *words)

    def show(self, unit: str, name: str) -> str:
        return self.systemctl("show", f"--property={name}", "--value", unit).strip()


@contextmanager
def booted() -> Generator[Machine]:
    with tempfile.TemporaryDirectory(prefix="rdv-live-") as scratch, _group() as group:
        disk = Path(scratch) / "machine"
        disk.mkdir()
        with _ear(Path(f"{disk}.notify")) as ear, (Path(scratch) / "console").open("w+") as console:
            outer = subprocess.Popen(
                ["unshare", *APART, "sh", BOOT, disk, ROOT, Path(sys.executable).resolve()],
                stdin=subprocess.DEVNULL, stdout=console, stderr=subprocess.STDOUT,
                process_group=0, preexec_fn=lambda: _enter(group),
            )  # fmt: skip
            try:
                yield Machine(_wait_until_up(outer, ear, console.name))
            finally:
                for pid in _children(outer.pid):  # with PID 1 all the others end, before it is gone
                    os.kill(pid, signal.SIGKILL)
                outer.wait(A_WHILE)


def _wait_until_up(outer: "subprocess.Popen[bytes]", ear: socket.socket, console: str) -> int:
    """systemd says it itself, as to any container manager: see "Container Interface"."""
    try:
        while b"READY=1" not in ear.recv(4096).splitlines():
            pass
    except TimeoutError:
        words = Path(console).read_text(errors="replace")
        raise AssertionError(f"the machine did not boot: {words[-4000:]}") from None
    return _children(outer.pid)[0]


def _children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def _ear(path: Path) -> Generator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(path))
        ear.settimeout(A_WHILE)
        yield ear


def _cgroup2() -> Path | None:
    """Where this process is in the cgroup2 tree."""
    lines = (line.split() for line in Path("/proc/self/mounts").read_text().splitlines())
    places = [place for _, place, kind, *_ in lines if kind == "cgroup2"]
    own = Path("/proc/self/cgroup").read_text().partition("0::/")[2].partition("\n")[0]
    return Path(places[0], own) if places else None


@contextmanager
def _group() -> Generator[Path]:
    """A control group for the machine, in which its systemd makes those of its units."""
    above = _cgroup2()
    assert above is not None
    group = above / f"rdvd-live-{os.getpid()}"
    group.mkdir()
    try:
        yield group
    finally:
        inside = (Path(path) for path, _, _ in os.walk(group, topdown=False))
        for each in inside:
            each.rmdir()


def _enter(group: Path) -> None:
    (group / "cgroup.procs").write_text("0")
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _said(command: list[str]) -> str:
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=A_WHILE,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{command[-6:]}: {done.stdout}{done.stderr}"
    return done.stdout
