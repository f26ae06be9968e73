"""The tmux servers of this daemon: who answers on their sockets, and in which control group."""

import os
import re
import socket
import struct
from pathlib import Path
from typing import NamedTuple

from rdvd.cli.holder import control_group

SOCKET = re.compile(r"tmux-(\d+)\.sock")
A_WHILE = 2.0
PEER = struct.Struct("3i")  # struct ucred, see unix(7)


class TmuxServer(NamedTuple):
    """A socket, and who listens on it; nobody if it is left over."""

    path: Path
    pid: int | None
    group: str

    @property
    def is_in_the_daemons_group(self) -> bool:
        """Then it ends with the daemon."""
        return "/rdvd.service" in self.group


def tmux_servers(run: Path) -> list[TmuxServer]:
    if not run.is_dir():
        return []
    paths = [path for path in run.iterdir() if SOCKET.fullmatch(path.name)]
    return [_look_at(path) for path in sorted(paths)]


def _look_at(path: Path) -> TmuxServer:
    pid = _who_listens(path)
    group = "" if pid is None else _shortest(control_group(pid))
    return TmuxServer(path, pid, group)


def _who_listens(path: Path) -> int | None:
    """The kernel knows who called listen(2)."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(A_WHILE)
        try:
            probe.connect(os.fsencode(path))
        except OSError:
            return None
        said = probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, PEER.size)
    return PEER.unpack(said)[0]


def _shortest(groups: str) -> str:
    """The one of systemd: `0::/...`, or `1:name=systemd:/...` on older machines. Which of them it
    uses shows by the other's being the root of all."""
    lines = (line.split(":", 2) for line in groups.splitlines() if line.count(":") >= 2)
    of = {name: path for _, name, path in lines}
    return max(of.get("name=systemd", ""), of.get("", ""), key=len)
