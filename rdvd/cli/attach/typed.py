"""Keys on their way, and which of them have arrived. Pure.

The stream carries no word about keys, but the daemon answers a ping only after it has handed on all
that came before it. So after keys goes a ping, one at a time, and its pong says how far they got.
Keys that were sent and not answered for when the daemon died are in doubt: they may have been typed
into the session. Sent twice they could say yes to two questions, so they are told of instead.
"""

AT_ONCE = 16 * 1024
MOST_WAITING = 256 * 1024  # a large paste waits in the terminal


def keys(count: int) -> str:
    return "1 key" if count == 1 else f"{count} keys"


class Typed:
    def __init__(self) -> None:
        self._waiting = bytearray()
        self._sent = self._arrived = 0
        self._asked: int | None = None

    @property
    def has_room(self) -> bool:
        return len(self._waiting) < MOST_WAITING

    @property
    def is_waiting(self) -> bool:
        return bool(self._waiting)

    @property
    def in_doubt(self) -> int:
        return self._sent - self._arrived

    @property
    def left(self) -> int:
        """All that is not known to have arrived."""
        return len(self._waiting) + self.in_doubt

    def add(self, keys: bytes) -> None:
        self._waiting += keys

    def take(self) -> bytes:
        """The next ones to send."""
        keys = bytes(self._waiting[:AT_ONCE])
        del self._waiting[:AT_ONCE]
        self._sent += len(keys)
        return keys

    def ask(self) -> bool:
        """Whether a ping is due, which is then on its way."""
        if self._asked is not None or not self.in_doubt:
            return False
        self._asked = self._sent
        return True

    def answered(self) -> None:
        if self._asked is not None:
            self._arrived, self._asked = self._asked, None

    def give_up(self) -> int:
        """The stream is gone: how many keys nobody will ever answer for."""
        lost = self.in_doubt
        self._arrived, self._asked = self._sent, None
        return lost
