"""Those who speak to the recorder, each with what is still to be sent to it."""

import socket
import struct

from .lines import LONGEST, split_lines, write_line

_CREDENTIALS = struct.Struct("iII")
MOST_UNSENT = 1 << 20  # bytes of answers that somebody may leave unread


class Gone(Exception):
    """The client has left, or has to."""


class Client:
    """News of one session replace each other while they wait, so that nobody's are many.

    Each growth is told at once only of those it follows: a key that somebody types is one, and who
    is told of it wakes up at the very moment when its echo is on its way.
    """

    def __init__(self, connected: socket.socket) -> None:
        connected.setblocking(False)
        self.socket = connected
        self.watches = False
        self.wants_room = False
        self.followed: set[str] = set()
        self.holds: dict[str, tuple[int, int]] = {}  # where others are now, and since when
        self._arrived = b""
        self._unsent = b""
        self._news: dict[str, bytes] = {}

    def receive(self) -> list[list[str]]:
        """The requests that have come; Gone at the end. A malformed line raises ValueError."""
        try:
            piece = self.socket.recv(16 * LONGEST)
        except BlockingIOError:
            return []
        except OSError as error:
            raise Gone from error
        if not piece:
            raise Gone
        requests, self._arrived = split_lines(self._arrived + piece)
        return requests

    def answer(self, *words: str | int) -> None:
        self._unsent += write_line(*words)

    def tell(self, kind: str, session: str, end: int, time_ms: int, *, is_last: bool) -> None:
        """News; nobody waits for them."""
        if not self.watches:
            return
        if kind == "grew" and not is_last and session not in self.followed:
            self.holds[session] = end, time_ms
        else:
            self._note(kind, session, end, time_ms)

    def catch_up(self, session: str) -> None:
        """How far it has grown, although this client does not follow it."""
        if session in self.holds:
            self._note("grew", session, *self.holds.pop(session))

    def _note(self, kind: str, session: str, end: int, time_ms: int) -> None:
        self._news[f"{kind} {session}"] = write_line(0, kind, session, end, time_ms)

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing to send."""
        return not (self._unsent or self._news)

    def flush(self) -> bool:
        """Send what there is; whether something is left that has to wait for room."""
        if not self._unsent:
            self._unsent, self._news = b"".join(self._news.values()), {}
        try:
            while self._unsent:
                self._unsent = self._unsent[self.socket.send(self._unsent) :]
                if not self._unsent:
                    self._unsent, self._news = b"".join(self._news.values()), {}
        except BlockingIOError:
            if len(self._unsent) > MOST_UNSENT:
                raise Gone from None
            return True
        except OSError as error:
            raise Gone from error
        return False


def is_our_user(connected: socket.socket, uid: int) -> bool:
    """The kernel says who it is, whatever the mode of the socket."""
    packed = connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return _CREDENTIALS.unpack(packed)[1] == uid
