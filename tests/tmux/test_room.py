"""How sessions are shared out among servers."""

from rdvd.tmux.room import PROMISE_SECONDS, Room


def test_what_is_promised_counts_until_it_is_settled():
    room = Room(2, lambda: 0.0)

    assert [room.take(0, 1), room.take(0, 1)] == [True, False]
    room.settle(0)
    assert room.take(0, 1)


def test_every_server_has_room_of_its_own():
    room = Room(1, lambda: 0.0)

    assert [room.take(0, 0), room.take(0, 0), room.take(1, 0)] == [True, False, True]


def test_a_promise_that_nobody_keeps_is_forgotten():
    now = 0.0
    room = Room(1, lambda: now)
    assert room.take(0, 0)
    now = PROMISE_SECONDS + 1

    assert room.take(0, 0)


def test_to_settle_what_was_never_promised_is_harmless():
    room = Room(1, lambda: 0.0)
    room.settle(0)

    assert room.take(0, 0)
