"""Nothing is lost and nothing comes twice, wherever a client is cut off. Pure: no sockets."""

import json
from typing import Any

from attrs import define, field
from hypothesis import given
from hypothesis import strategies as st

from rdvd.events import Events
from rdvd.events.follower import Follower
from rdvd.events.outbox import Outbox
from rdvd.events.types import TOO_SLOW, Subscribe
from rdvd.events.window import Window
from rdvd.identity import Owner
from rdvd.streams import Farewell

from .streams import ME, happen


@define(slots=False)
class Client:
    """Comes back from the last position it has seen, and knows by snapshots what it missed."""

    events: Events
    seen: list[int] = field(factory=list[int])
    at: int | None = None
    farewells: list[Farewell] = field(factory=list[Farewell])

    def connect(self) -> None:
        self.outbox, self.farewells = Outbox(8, 4_000), []
        follower = Follower(self.events, Owner(ME), self.outbox, self.farewells.append)
        self.tell, self.beat = follower.tell, follower.beat
        follower.subscribe(Subscribe(["actor."], self.at, self.events.stream))

    def read(self) -> bool:
        if (line := self.outbox.take()) is None:
            return False
        event: dict[str, Any] = json.loads(line.text)
        if event["type"] == "snapshot":  # it stands for everything up to its position
            self.seen = list(range(1, event["seq"] + 1))
        elif event["type"] == "actor.started":
            self.seen.append(event["seq"])
        assert self.at is None or event["seq"] >= self.at
        self.at = event["seq"]
        return True


STEPS = st.lists(st.sampled_from(["publish", "read", "read", "cut", "beat"]), max_size=150)


@given(STEPS, st.integers(0, 12), st.integers(100, 2_000), st.integers(1, 200))
def test_nothing_is_lost_or_doubled_across_any_cuts(
    steps: list[str], most: int, size: int, length: int
):
    events = Events(window=Window(most, size))
    client = Client(events)
    client.connect()
    for step in steps:
        with events.listening(client.tell):
            match step:
                case "publish":
                    happen(events, size=length)
                case "read":
                    client.read()
                case "beat":
                    client.beat()
                case _:
                    client.connect()
        if client.farewells:
            assert client.farewells[0] is TOO_SLOW
            client.connect()
    while client.read():
        pass

    assert client.seen == list(range(1, events.latest + 1))


@given(st.lists(st.integers(1, 500), max_size=60), st.integers(0, 20), st.integers(0, 3_000))
def test_the_window_keeps_its_bounds_and_tells_a_gap_from_nothing_new(
    sizes: list[int], most: int, most_bytes: int
):
    window = Window(most, most_bytes)
    events = Events(window=window)
    for size in sizes:
        happen(events, size=size)
    kept = [missed for seq in range(len(sizes) + 1) if (missed := window.after(seq)) is not None]

    assert window.after(len(sizes)) == []
    assert window.after(len(sizes) + 1) is None
    assert max(map(len, kept)) <= most
    assert sum(fact.line.size for fact in kept[0]) <= most_bytes
    for missed in kept:
        last = range(len(sizes) - len(missed) + 1, len(sizes) + 1)
        assert [fact.event.seq for fact in missed] == list(last)
