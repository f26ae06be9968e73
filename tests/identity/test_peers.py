"""Real Unix sockets, real child processes, and a made-up /proc for what cannot be arranged."""

import os
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from attrs import evolve

from rdvd.ground.peer import Peer, close_peer, peer_of
from rdvd.identity import Caller, ForeignPeer, Homes, Inside, Outside, SessionId, Unknown, look_at
from rdvd.identity.peers import (
    Callers,
    PeerVanished,
    ancestry,
    kernel_gives_pidfds,
    standing_of,
)

S1 = SessionId("s1")
NOWHERE = Homes(dict)

CONNECT = "import socket,sys; s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])"
STAY = f"{CONNECT}; sys.stdin.read()"
# The shell is the pane; what connects is its grandchild, in a session of its own.
DEEP = 'sh -c \'setsid "$0" -c "$1" "$2"; true\' "$0" "$1" "$2"; true'


@contextmanager
def connected(path: Path, *command: str) -> Generator[tuple[subprocess.Popen[bytes], Peer]]:
    """A child that has connected, and its peer as our end sees it."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.settimeout(10)
        listener.bind(str(path))
        listener.listen()
        with subprocess.Popen([*command, str(path)], stdin=subprocess.PIPE) as child:
            connection, _ = listener.accept()
            with connection:
                peer = peer_of(connection)
                yield child, peer
                close_peer(peer)


def test_a_process_of_our_own_user_outside_all_sessions_is_outside(tmp_path: Path):
    with connected(tmp_path / "s", sys.executable, "-c", STAY) as (child, peer):
        assert Caller(os.geteuid(), child.pid, Outside()) == look_at(peer, NOWHERE)


def test_a_pane_and_all_that_descends_from_it_is_inside(tmp_path: Path):
    command = ("sh", "-c", DEEP, sys.executable, STAY)
    with connected(tmp_path / "s", *command) as (pane, peer):
        assert peer.pid != pane.pid
        assert pane.pid in list(ancestry(peer.pid))
        assert Inside(S1) == look_at(peer, Homes(lambda: {pane.pid: S1})).standing
        assert Outside() == look_at(peer, NOWHERE).standing


def test_a_member_of_a_sessions_cgroup_is_inside_also_when_it_has_lost_its_ancestors(
    tmp_path: Path,
):
    home = {"/user.slice/rdv-s1.scope": S1}
    proc = made_up(tmp_path, {7: (1, 50), 1: (0, 1)}, "0::/user.slice/rdv-s1.scope/deeper")

    assert Inside(S1) == standing_of(7, Homes(dict, lambda: home), proc=proc)
    assert Outside() == standing_of(7, Homes(dict, lambda: {"/user.slice/rdv": S1}), proc=proc)


def test_who_has_lost_its_ancestors_and_has_no_cgroup_is_inside_by_its_mark(tmp_path: Path):
    proc = made_up(tmp_path, {7: (1, 50), 8: (1, 50), 1: (0, 1)})
    homes = Homes(dict, marked=lambda pid: S1 if pid == 7 else None)

    assert Inside(S1) == standing_of(7, homes, proc=proc)
    assert Outside() == standing_of(8, homes, proc=proc)


def test_a_foreign_uid_is_refused(tmp_path: Path):
    with (
        connected(tmp_path / "s", sys.executable, "-c", STAY) as (_, peer),
        pytest.raises(ForeignPeer),
    ):
        look_at(evolve(peer, uid=peer.uid + 1), NOWHERE)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_real_foreign_uid_is_refused_although_the_socket_is_open_to_all():
    become = f"import os, socket, sys; os.setuid(65534); {STAY}"
    before = os.umask(0)
    try:
        with TemporaryDirectory() as open_to_all:
            Path(open_to_all).chmod(0o755)
            with (
                connected(Path(open_to_all, "s"), sys.executable, "-c", become) as (_, peer),
                pytest.raises(ForeignPeer),
            ):
                look_at(peer, NOWHERE)
    finally:
        os.umask(before)


def test_a_peer_that_has_ended_is_unknown_and_not_the_owner(tmp_path: Path):
    with connected(tmp_path / "s", sys.executable, "-c", CONNECT) as (child, peer):
        child.communicate()

        assert isinstance(look_at(peer, NOWHERE).standing, Unknown)


@pytest.mark.skipif(not kernel_gives_pidfds(), reason="needs Linux 6.5")
def test_the_number_of_an_ended_peer_in_a_strangers_hands_is_not_believed(tmp_path: Path):
    with connected(tmp_path / "s", sys.executable, "-c", CONNECT) as (child, peer):
        child.communicate()
        reused = evolve(peer, pid=os.getpid())

        assert Unknown("the peer has ended") == look_at(reused, NOWHERE).standing
        assert isinstance(look_at(evolve(reused, pidfd=None), NOWHERE).standing, Unknown)


def test_a_parent_younger_than_its_child_is_a_stranger(tmp_path: Path):
    proc = made_up(tmp_path, {7: (5, 50), 5: (1, 60), 1: (0, 1)})

    with pytest.raises(PeerVanished):
        list(ancestry(7, proc=proc))


def test_a_circle_of_ancestors_ends_and_a_name_may_hold_anything(tmp_path: Path):
    circle = made_up(tmp_path / "circle", {7: (8, 50), 8: (7, 50)})
    straight = made_up(tmp_path / "straight", {7: (1, 50), 1: (0, 1)})

    with pytest.raises(PeerVanished):
        list(ancestry(7, proc=circle))
    assert [7, 1] == list(ancestry(7, proc=straight))


def test_a_peer_of_another_pid_namespace_is_unknown():
    peer = Peer(0, os.geteuid(), 0, os.pidfd_open(os.getpid()))
    try:
        assert isinstance(look_at(peer, NOWHERE).standing, Unknown)
    finally:
        close_peer(peer)


def test_a_connection_is_looked_at_once_unless_it_was_unclear():
    panes: dict[int, SessionId] = {}
    looked: list[int] = []

    def asked() -> dict[int, SessionId]:
        looked.append(1)
        return panes

    callers = Callers(Homes(asked))
    peer = Peer(os.getpid(), os.geteuid(), 0, os.pidfd_open(os.getpid()))
    nobody = Peer(0, os.geteuid(), 0, os.pidfd_open(os.getpid()))
    try:
        assert callers.look(peer) == callers.look(peer)
        assert 1 == len(looked)
        assert callers.look(nobody) == callers.look(nobody)
        assert 1 < len(looked) or callers.look(None) is None
        panes[os.getpid()] = S1
        seen = callers.look(evolve(peer))
        assert seen is not None
        assert Inside(S1) == seen.standing
    finally:
        close_peer(peer)
        close_peer(nobody)


def made_up(proc: Path, processes: dict[int, tuple[int, int]], cgroup: str = "0::/") -> Path:
    """A /proc of processes with a parent and a start each."""
    for pid, (parent, started) in processes.items():
        (proc / str(pid)).mkdir(parents=True)
        zeros = " ".join(["0"] * 17)
        (proc / str(pid) / "stat").write_text(f"{pid} (a) b (c)) S {parent} {zeros} {started} 0\n")
        (proc / str(pid) / "cgroup").write_text(f"{cgroup}\n")
    return proc
