"""Who came, what is open, and what waits, as Prometheus reads it."""

from rdvd.events.types import Fact

from .measured import House


def ignore(_: Fact) -> None:
    return None


async def test_attempts_to_be_known_are_told_by_what_was_shown(house: House):
    house.tally.count("api", "accepted")
    house.tally.count("peer", "refused")
    written = house.written()

    found = written.value("rdvd_authentications_total", shown="api", outcome="accepted")
    assert found == written.value("rdvd_authentications_total", shown="peer", outcome="refused")
    assert found == 1


async def test_streams_are_told_by_what_they_are_and_events_by_what_waits(house: House):
    house.census.came("/ws/events", "opened")
    house.census.came("", "refused")
    events = house.events
    for _ in range(2):
        events.publish("actor.stopped", {"place": "a"}, None)
    with (
        events.listening(ignore, lambda: 3),
        events.listening(lambda fact: ignore(fact), lambda: 4),
        house.census.one_open("/ws/events", "me"),
    ):
        written = house.written()

    assert written.value("rdvd_streams_open", stream="/ws/events") == 1
    assert written.value("rdvd_stream_openings_total", stream="", outcome="refused") == 1
    assert written.value("rdvd_events_total") == 2
    assert written.value("rdvd_events_waiting") == 7
    assert written.value("rdvd_events_waiting_max") == 4
