"""The process: one loop over the FIFOs, the control socket and the time. Idle, it sleeps for good.

python -I -S -c "..." rdvd-recorder SESSIONS LOCK SOCKET
"""

import fcntl
import os
import resource
import select
import signal
import socket
import sys
from contextlib import suppress
from types import FrameType

from .clients import Client, Gone, is_our_user
from .recording import Recording
from .requests import STEP_MS, Requests
from .shelf import Shelf, mono_ms
from .types import TAKEN

FLOOD_BYTES = 2_048  # in one round
PAUSE_SECONDS = 0.001
HELD_MS = 1_000  # growth of a session that nobody follows
_EDGE = select.EPOLLIN | select.EPOLLET


class Recorder:
    """Edges, not levels: every pipe is emptied when it speaks, or stands in `_ready`."""

    def __init__(self, sessions: str, listener: socket.socket, wake: int) -> None:
        self.shelf = Shelf(sessions, self._tell)
        self.requests = Requests(self.shelf, self._register, self._forget, self._leave)
        self._listener = listener
        self._wake = wake
        self._clients: dict[int, Client] = {}
        self._fifos: dict[int, Recording] = {}
        self._ready: dict[Recording, None] = {}
        self._is_leaving = False
        self._floods = False
        self._catch_up_at: int | None = None
        self._control = select.epoll()  # everything but the FIFOs
        for descriptor in (listener.fileno(), wake, self.shelf.flusher.done):
            self._control.register(descriptor, select.EPOLLIN)
        self._epoll = select.epoll()
        self._epoll.register(self._control.fileno(), select.EPOLLIN)

    def run(self) -> None:
        self.shelf.sweep(by_age=False)
        for name in self.shelf.find_marked():
            with suppress(OSError):  # the daemon asks for each of them again, and is told
                self._register(self.shelf.add(name))
        while not self._is_leaving:
            for descriptor, what in self._epoll.poll(self._timeout()):
                if descriptor != self._control.fileno():
                    self._speaks(self._fifos[descriptor], what)
            for descriptor, _ in self._control.poll(self._pause()):
                self._happened(descriptor)
            self._pump()
            self.shelf.pass_time()
            self._catch_up()
            self.requests.settle()
            self._speak()
        self._hand_over()

    def _speaks(self, recording: Recording, what: int) -> None:
        """A writer that goes was there, also if it has never written anything."""
        recording.has_writer |= bool(what & select.EPOLLHUP)
        self._ready[recording] = None

    def _timeout(self) -> float | None:
        """In seconds; None waits for as long as nothing happens."""
        if self._ready:
            return 0
        dues = [each for each in (self.shelf.next_due(), self._catch_up_at) if each is not None]
        due = min(dues, default=None)
        if self.requests.waits:
            due = min(due or mono_ms() + STEP_MS, mono_ms() + STEP_MS)
        return None if due is None else max(0, due - mono_ms()) / 1_000

    def _pause(self) -> float:
        """In a flood the FIFO may fill for a moment: fewer, larger moves, and the first at once."""
        return PAUSE_SECONDS if self._ready and self._floods else 0

    def _happened(self, descriptor: int) -> None:
        if descriptor in self._clients:
            self._listen(self._clients[descriptor])
        elif descriptor == self._listener.fileno():
            self._accept()
        elif descriptor == self.shelf.flusher.done:
            self.shelf.flusher.finished()
        else:
            os.read(self._wake, 4096)
            self._leave()

    def _pump(self) -> None:
        before = self.shelf.kept_bytes
        self._pump_all()
        self._floods = self.shelf.kept_bytes - before >= FLOOD_BYTES

    def _pump_all(self) -> None:
        for recording in list(self._ready):
            if not self.shelf.pump(recording):
                del self._ready[recording]

    def _register(self, recording: Recording) -> None:
        if recording.fifo not in self._fifos:
            self._epoll.register(recording.fifo, _EDGE)  # refuses what is no pipe
            self._fifos[recording.fifo] = recording
            self._ready[recording] = None

    def _forget(self, recording: Recording) -> None:
        """Before it is closed: the kernel gives the number of its descriptor to somebody else."""
        self._fifos.pop(recording.fifo, None)
        self._ready.pop(recording, None)
        self._epoll.unregister(recording.fifo)
        for client in self._clients.values():
            client.catch_up(recording.name)  # now: later it may be gone altogether

    def _accept(self) -> None:
        try:
            connected, _ = self._listener.accept()
        except OSError:
            return
        if not is_our_user(connected, os.getuid()):
            connected.close()
            return
        self._clients[connected.fileno()] = Client(connected)
        self._control.register(connected.fileno(), select.EPOLLIN)

    def _listen(self, client: Client) -> None:
        try:
            for request in client.receive():
                self.requests.handle(client, request)
        except (Gone, ValueError):
            self._drop(client)

    def _tell(self, kind: str, session: str, end: int, time_ms: int) -> None:
        recording = self.shelf.recordings.get(session)
        is_last = recording is None or recording.is_leaving
        for client in self._clients.values():
            client.tell(kind, session, end, time_ms, is_last=is_last)

    def _catch_up(self) -> None:
        """Growth that nobody waits for is told a little later, that of all sessions at once."""
        if self._catch_up_at is None:
            if any(client.holds for client in self._clients.values()):
                self._catch_up_at = mono_ms() + HELD_MS
        elif mono_ms() >= self._catch_up_at:
            self._catch_up_at = None
            for client in self._clients.values():
                for session in list(client.holds):
                    client.catch_up(session)

    def _speak(self) -> None:
        for client in [each for each in self._clients.values() if not each.is_silent]:
            try:
                wants_room = client.flush()
            except Gone:
                self._drop(client)
                continue
            if wants_room != client.wants_room:
                client.wants_room = wants_room
                events = select.EPOLLIN | (select.EPOLLOUT if wants_room else 0)
                self._control.modify(client.socket.fileno(), events)

    def _drop(self, client: Client) -> None:
        self._clients.pop(client.socket.fileno(), None)
        self.requests.leave_out(client)
        client.socket.close()
        if not self._clients and (not self.shelf.recordings or not self._is_in_place()):
            self._leave()

    def _is_in_place(self) -> bool:
        """Whether whoever looks for us finds us: the data directory may have been thrown away."""
        return os.path.exists(self.shelf.sessions)

    def _leave(self) -> None:
        self._is_leaving = True

    def _hand_over(self) -> None:
        """What waits in the FIFOs waits for whoever comes next."""
        for recording in self.shelf.recordings.values():
            self.shelf.pump(recording)
            self.shelf.cover(recording)
        self._speak()
        self.shelf.flush_now()


def main(arguments: list[str]) -> None:
    sessions, lock, path = arguments
    os.umask(0o077)
    _own(lock)
    for ignored in (signal.SIGHUP, signal.SIGINT, signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(ignored, signal.SIG_IGN)
    _soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with _bind(path) as listener:
        recorder = Recorder(sessions, listener, _on_terminate())
        _say_ready()
        recorder.run()
        os.unlink(path)


def _own(lock: str) -> None:
    """One recorder for one data directory. The kernel lets go of the lock when we die."""
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(TAKEN)
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, b"%d\n" % os.getpid(), 0)


def _bind(path: str) -> socket.socket:
    """Whatever lies there belonged to a recorder that is gone: we hold the lock."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    listener.bind(path)
    listener.listen(16)
    return listener


def _say_ready() -> None:
    """Whoever started us waits for the end of our output; nothing more is ever said there."""
    os.write(1, b"ready\n")
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    os.close(nothing)


def _on_terminate() -> int:
    """SIGTERM becomes a byte in a pipe."""
    reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    signal.signal(signal.SIGTERM, _nothing)
    return reader


def _nothing(_: int, __: FrameType | None) -> None:
    """The byte in the pipe says it all."""
