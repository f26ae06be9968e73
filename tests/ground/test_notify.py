"""What systemd is told, received on real sockets."""

import os
import secrets
import socket
from collections.abc import Generator
from pathlib import Path

import pytest

from rdvd.ground.notify import find_notifier, forget_supervisor, watchdog_interval


@pytest.fixture(params=["path", "abstract"])
def systemd(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[socket.socket, None, None]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        name = f"\0rdvd-test-{secrets.token_hex(8)}"
        listening.bind(str(tmp_path / "notify") if request.param == "path" else name)
        listening.settimeout(10)
        yield listening


def address_of(listening: socket.socket) -> str:
    name: str | bytes = listening.getsockname()
    return name if isinstance(name, str) else "@" + name[1:].decode()


def test_systemd_hears_every_word(systemd: socket.socket):
    notifier = find_notifier({"NOTIFY_SOCKET": address_of(systemd)})

    assert notifier.ready("two sessions")
    assert notifier.watchdog()
    assert notifier.status("one\nREADY=1")
    assert notifier.reloading()
    assert notifier.stopping()

    assert systemd.recv(999) == b"READY=1\nSTATUS=two sessions"
    assert systemd.recv(999) == b"WATCHDOG=1"
    assert systemd.recv(999) == b"STATUS=one READY=1"
    word, _, microseconds = systemd.recv(999).partition(b"\nMONOTONIC_USEC=")
    assert (word, microseconds.isdigit()) == (b"RELOADING=1", True)
    assert systemd.recv(999) == b"STOPPING=1\nSTATUS=Stopping"


@pytest.mark.parametrize("address", ["", "vsock:2:1", "relative"])
def test_without_systemd_nobody_is_told(address: str):
    assert not find_notifier({"NOTIFY_SOCKET": address}).ready()
    assert not find_notifier({}).ready()


@pytest.mark.parametrize("name", ["gone", "x" * 200])
def test_a_systemd_that_cannot_be_reached_does_no_harm(tmp_path: Path, name: str):
    assert not find_notifier({"NOTIFY_SOCKET": str(tmp_path / name)}).watchdog()


def test_a_systemd_that_does_not_listen_is_not_waited_for(systemd: socket.socket):
    notifier = find_notifier({"NOTIFY_SOCKET": address_of(systemd)})

    sent = [notifier.watchdog() for _ in range(10_000)]

    assert sent[0] is True
    assert sent[-1] is False


def test_the_watchdog_is_fed_twice_as_often_as_it_asks_for():
    assert watchdog_interval({"WATCHDOG_USEC": "30000000"}) == 15.0
    mine = {"WATCHDOG_USEC": "1000", "WATCHDOG_PID": str(os.getpid())}
    assert watchdog_interval(mine) == 0.0005


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"WATCHDOG_USEC": "0"},
        {"WATCHDOG_USEC": "soon"},
        {"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"},
    ],
)
def test_a_watchdog_that_is_not_ours_is_not_fed(environ: dict[str, str]):
    assert watchdog_interval(environ) is None


def test_programs_that_we_start_do_not_speak_in_our_name():
    environ = {"NOTIFY_SOCKET": "@x", "WATCHDOG_USEC": "1", "WATCHDOG_PID": "1", "PATH": "/bin"}

    forget_supervisor(environ)

    assert environ == {"PATH": "/bin"}
