"""Viewers of a terminal as lean as Python can be: what they see, and in how many pieces."""

import fcntl
import json
import os
import re
import selectors
import socket
import struct
import subprocess
import termios
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import Protocol

from .types import BenchFailed

COLUMNS, ROWS = 120, 40
LARGEST_READ = 64 * 1024
KEPT = 256  # of what was seen last, to find a mark that came in two pieces
CONTROLS = rb"(?:\x1b[^a-zA-Z]*[a-zA-Z])*"  # tmux may set the cursor anew between any two letters
LOOKS_EVERY = 0.002  # who takes only so many bytes each second
LONGEST_SAVING = 0.01  # what it did not take in time is lost to it, beyond that


class Way(Protocol):
    """A terminal in one's hands. `see` never waits: `BlockingIOError` if nothing is there."""

    frames: int

    def fileno(self) -> int: ...
    def type(self, keys: bytes) -> None: ...
    def see(self, most: int) -> tuple[int, bytes]:
        """How many bytes were read, and what of them the terminal showed."""
        ...

    def close(self) -> None: ...


class Viewer:
    """Somebody before a screen, who takes `rate` bytes each second, or all there are."""

    def __init__(self, way: Way, rate: float | None = None) -> None:
        self.way = way
        self.rate = rate
        self.size = 0
        self.has_seen = False
        self._tail = b""
        self._mark = re.compile(b"")
        self._looked = monotonic()
        self._may_read = 0.0

    def expect(self, mark: bytes) -> None:
        """`has_seen` tells from now on whether it was on the screen since."""
        letters = (re.escape(mark[at : at + 1]) for at in range(len(mark)))
        self._mark = re.compile(CONTROLS.join(letters))
        self.has_seen, self._tail = False, b""

    def look(self) -> None:
        most = self._allowance()
        if most <= 0:
            return
        try:
            size, shown = self.way.see(most)
        except BlockingIOError:
            return
        self._may_read -= size
        self.size += size
        if not self.has_seen:
            recent = self._tail + shown
            self.has_seen = self._mark.search(recent) is not None
            self._tail = recent[-KEPT:]

    def _allowance(self) -> int:
        if self.rate is None:
            return LARGEST_READ
        before, self._looked = self._looked, monotonic()
        saved = self._may_read + (self._looked - before) * self.rate
        self._may_read = min(saved, self.rate * LONGEST_SAVING)
        return int(self._may_read)


def watch(viewers: Sequence[Viewer], is_over: Callable[[], bool], seconds: float) -> bool:
    """All of them look, each at its own pace; whether it was over in time."""
    until = monotonic() + seconds
    slow = [viewer for viewer in viewers if viewer.rate is not None]
    longest = LOOKS_EVERY if slow else 0.05
    with selectors.DefaultSelector() as selector:
        for viewer in viewers:
            if viewer.rate is None:
                selector.register(viewer.way, selectors.EVENT_READ, viewer)
        while not is_over():
            left = until - monotonic()
            if left <= 0:
                return False
            for key, _ in selector.select(min(left, longest)):
                key.data.look()
            for viewer in slow:
                viewer.look()
    return True


class Glass:
    """A pseudo-terminal with a program in it, and no server."""

    def __init__(self, command: Sequence[str]) -> None:
        self.frames = 0
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self._process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            env=os.environ | {"TERM": "xterm-256color"},
        )  # fmt: skip
        os.close(slave)
        os.set_blocking(self._master, False)

    def fileno(self) -> int:
        return self._master

    def type(self, keys: bytes) -> None:
        os.write(self._master, keys)

    def see(self, most: int) -> tuple[int, bytes]:
        data = os.read(self._master, most)
        self.frames += 1
        return len(data), data

    def close(self) -> None:
        os.close(self._master)
        self._process.wait()


class WebSocket:
    """RFC 6455 on a Unix socket, from the client's side; only what a well-behaved server says."""

    TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10

    def __init__(self, path: Path, target: str, protocol: str | None) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(10)
        self._socket.connect(str(path))
        wanted = f"Sec-WebSocket-Protocol: {protocol}\r\n" if protocol else ""
        self._socket.sendall(
            f"GET {target} HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{wanted}"
            "\r\n".encode()
        )
        self._unread = self._answer()
        self._socket.setblocking(False)

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self, opcode: int, payload: bytes) -> None:
        """Masked with zeros, which a server takes off like any other mask."""
        size = len(payload)
        head = bytes((0x80 | opcode, 0x80 | size)) if size < 126 else (
            bytes((0x80 | opcode, 0x80 | 126)) + size.to_bytes(2, "big"))  # fmt: skip
        self._socket.send(head + bytes(4) + payload)

    def receive(self, most: int) -> tuple[int, list[tuple[int, bytes]]]:
        """How many bytes were read, and the frames that are whole now."""
        data = self._socket.recv(most)
        if not data:
            raise BenchFailed("the server hung up")
        self._unread += data
        frames: list[tuple[int, bytes]] = []
        while (frame := self._next()) is not None:
            frames.append(frame)
        return len(data), frames

    def close(self) -> None:
        self._socket.close()

    def _next(self) -> tuple[int, bytes] | None:
        unread = self._unread
        if len(unread) < 2:
            return None
        size, head = unread[1], 2
        if size == 126:
            size, head = int.from_bytes(unread[2:4], "big"), 4
        elif size == 127:
            size, head = int.from_bytes(unread[2:10], "big"), 10
        if len(unread) < head + size:
            return None
        payload = bytes(unread[head : head + size])
        opcode = unread[0] & 15
        del unread[: head + size]
        return opcode, payload

    def _answer(self) -> bytearray:
        got = bytearray()
        while b"\r\n\r\n" not in got:
            data = self._socket.recv(4096)
            if not data:
                break
            got += data
        head, _, rest = got.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101"):
            raise BenchFailed(f"not let in: {got.decode(errors='replace')}")
        return rest


class OnSocket:
    """What the dialects have in common."""

    def __init__(self, path: Path, target: str, protocol: str | None) -> None:
        self.socket = WebSocket(path, target, protocol)
        self.frames = 0
        self.pongs = 0

    def fileno(self) -> int:
        return self.socket.fileno()

    def ping(self) -> None:
        self.socket.send(WebSocket.PING, b"?")

    def see(self, most: int) -> tuple[int, bytes]:
        size, frames = self.socket.receive(most)
        shown: list[bytes] = []
        for opcode, payload in frames:
            if opcode == WebSocket.PONG:
                self.pongs += 1
            elif opcode == WebSocket.PING:
                self.socket.send(WebSocket.PONG, payload)
            else:
                self.frames += 1
                shown.append(self.shown(opcode, payload))
        return size, b"".join(shown)

    def shown(self, _opcode: int, payload: bytes) -> bytes:
        raise NotImplementedError

    def close(self) -> None:
        self.socket.close()


class InBinary(OnSocket):
    """`rdv.v1`: each frame begins with its kind and its position, and is acknowledged."""

    HEAD = 9
    ACKNOWLEDGE_EVERY = 64 * 1024

    def __init__(self, path: Path, target: str) -> None:
        super().__init__(path, target, "rdv.v1")
        self._acknowledged = 0

    def type(self, keys: bytes) -> None:
        self.socket.send(WebSocket.BINARY, keys)

    def shown(self, _opcode: int, payload: bytes) -> bytes:
        if _opcode != WebSocket.BINARY:
            return b""
        end = int.from_bytes(payload[1 : self.HEAD], "big") + len(payload) - self.HEAD
        if end - self._acknowledged >= self.ACKNOWLEDGE_EVERY:
            self._acknowledged = end
            said = json.dumps({"type": "ack", "seq": end})
            self.socket.send(WebSocket.TEXT, said.encode())
        return payload[self.HEAD :]


class InJson(OnSocket):
    """`{"type": "output", "data": ...}` and the like."""

    def __init__(self, path: Path, target: str) -> None:
        super().__init__(path, target, None)

    def type(self, keys: bytes) -> None:
        said = json.dumps({"type": "input", "data": keys.decode()})
        self.socket.send(WebSocket.TEXT, said.encode())

    def shown(self, _opcode: int, payload: bytes) -> bytes:
        said = json.loads(payload)
        return said["data"].encode() if said["type"] == "output" else b""


class OfTtyd(OnSocket):
    """What ttyd speaks: the first byte of a message says what it is."""

    def __init__(self, path: Path, target: str) -> None:
        super().__init__(path, target, "tty")
        hello = json.dumps({"AuthToken": "", "columns": COLUMNS, "rows": ROWS})
        self.socket.send(WebSocket.BINARY, hello.encode())

    def type(self, keys: bytes) -> None:
        self.socket.send(WebSocket.BINARY, b"0" + keys)

    def shown(self, _opcode: int, payload: bytes) -> bytes:
        return payload[1:] if payload[:1] == b"0" else b""
