"""Telling systemd how we are, in the words of sd_notify(3). Without systemd, nobody is told."""

import os
import socket
import time
from collections.abc import Mapping, MutableMapping

from attrs import frozen


@frozen
class Notifier:
    """Sends and never waits; whether it arrived is returned, and nothing depends on it."""

    address: bytes | None

    def ready(self, status: str = "Ready") -> bool:
        return self.send("READY=1", f"STATUS={_one_line(status)}")

    def reloading(self) -> bool:
        """To be followed by `ready`."""
        microseconds = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        return self.send("RELOADING=1", f"MONOTONIC_USEC={microseconds}")

    def stopping(self, status: str = "Stopping") -> bool:
        return self.send("STOPPING=1", f"STATUS={_one_line(status)}")

    def watchdog(self) -> bool:
        return self.send("WATCHDOG=1")

    def status(self, text: str) -> bool:
        return self.send(f"STATUS={_one_line(text)}")

    def send(self, *assignments: str) -> bool:
        if self.address is None:
            return False
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as outward:
            outward.setblocking(False)
            try:
                outward.sendto("\n".join(assignments).encode(), self.address)
            except OSError:
                return False
        return True


def find_notifier(environ: Mapping[str, str]) -> Notifier:
    address = environ.get("NOTIFY_SOCKET", "")
    if address.startswith("@"):
        return Notifier(b"\0" + os.fsencode(address[1:]))
    return Notifier(os.fsencode(address) if address.startswith("/") else None)


def watchdog_interval(environ: Mapping[str, str]) -> float | None:
    """Seconds between two signs of life: half of what systemd allows, as it advises."""
    microseconds = environ.get("WATCHDOG_USEC", "")
    is_for_us = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    if not is_for_us or not microseconds.isdecimal() or int(microseconds) == 0:
        return None
    return int(microseconds) / 2_000_000


def forget_supervisor(environ: MutableMapping[str, str]) -> None:
    """So that no program started by us, tmux first of all, speaks to systemd in our name."""
    for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"):
        environ.pop(name, None)


def _one_line(text: str) -> str:
    return " ".join(text.split())
