"""Where players meet: their places, who lives in them, and what has been seen of it."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager

import trio

from actors import Child, Refused, Supervisor

from .ledger import Ledger, Lived, Message, Seen


class Stage:
    """Shared by all players of one tree."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.children: dict[str, Child] = {}
        self.teams: dict[str, Supervisor] = {}
        self.living: dict[str, Lived] = {}
        self.in_hand: dict[str, Message] = {}
        self.dismissed: set[str] = set()
        self._lives = Counter[str]()

    def begin_life(self, name: str) -> Lived:
        self._lives[name] += 1
        before = self.living.get(name)
        if before is not None and before.state in ("entering", "leaving"):
            self.ledger.complain(f"{name} begins a life while its last one is {before.state}")
        life = self.living[name] = Lived(name, self._lives[name])
        self.ledger.lives.append(life)
        self.note("enter", life, "entering")
        return life

    def note(self, kind: str, life: Lived, state: str) -> None:
        life.state = state
        life.is_dismissed = life.is_dismissed or life.name in self.dismissed
        self.ledger.seen.append(Seen(kind, life.name, life.number, trio.current_time()))

    def note_leave(self, life: Lived) -> None:
        if life.errands:
            self.ledger.complain(f"{life.name} leaves its lifespan before what it spawned")
        self.note("leave", life, "leaving")

    @contextmanager
    def handling(self, life: Lived, message: Message) -> Generator[None]:
        self._check_turn(life, message)
        message.begun += 1
        self.ledger.begun.append(message)
        self.in_hand[life.name] = message
        message.done = "crashed"
        try:
            yield
            message.done = "value"
        except Refused:
            message.done = "refused"
            raise
        finally:
            self.in_hand.pop(life.name, None)

    def _check_turn(self, life: Lived, message: Message) -> None:
        if life.name in self.in_hand:
            self.ledger.complain(f"{message} begins beside {self.in_hand[life.name]}")
        if message.outcomes and not message.is_cast:
            self.ledger.complain(f"{message} begins after its caller has left")
        if self.living[life.name] is not life or life.state != "up":
            self.ledger.complain(f"{message} begins in a life that is {life.state}")
