"""Ways to break what was seen, to show that every promise is really checked."""

from collections.abc import Callable

from .ledger import Ledger, Record, Seen
from .plan import Call, Cast, Crash, Team, Worker
from .promises import (
    Promise,
    earlier_siblings_are_up_when_a_group_starts,
    every_answer_is_what_the_handler_gave,
    every_cast_is_handled_or_logged,
    every_message_ends_once,
    first_lives_begin_in_order,
    giving_up_has_its_reasons,
    lives_go_through_their_states_in_order,
    messages_of_one_sender_keep_their_order,
    siblings_stop_in_reverse,
)

TREE = Team(
    "root",
    (Worker("a", enters=0), Worker("b", enters=0), Worker("c", enters=0)),
    strategy="rest_for_one",
)
SCRIPT = (Call(("a", "b"), at=1), Cast("b", 2, calls=True, at=2), Crash("b", at=3))


def forget_an_answer(ledger: Ledger) -> None:
    ledger.messages[0].outcomes.clear()


def answer_twice(ledger: Ledger) -> None:
    ledger.messages[0].outcomes.append("value")


def handle_twice(ledger: Ledger) -> None:
    ledger.messages[0].begun += 1


def answer_in_vain(ledger: Ledger) -> None:
    ledger.messages[0].outcomes[:] = ["Unavailable"]


def lose_a_cast(ledger: Ledger) -> None:
    next(message for message in ledger.messages if message.is_cast).begun = 0


def swap_messages(ledger: Ledger) -> None:
    ledger.begun.reverse()


def skip_a_goodbye(ledger: Ledger) -> None:
    ledger.seen.remove(next(seen for seen in ledger.seen if seen.kind == "leave"))


def start_backwards(ledger: Ledger) -> None:
    ledger.seen.reverse()


def stop_the_first_first(ledger: Ledger) -> None:
    last = next(life.number for life in reversed(ledger.lives) if life.name == "a")
    index = next(i for i, seen in enumerate(ledger.seen) if seen.kind == "leave")
    ledger.seen.insert(index, Seen("leave", "a", last, 3))


def start_the_last_alone(ledger: Ledger) -> None:
    ledger.seen.insert(0, Seen("enter", "c", 1, 0))


def give_up_for_nothing(ledger: Ledger) -> None:
    ledger.records.append(Record("gave_up", "root", 3))


SABOTAGES: tuple[tuple[Promise, Callable[[Ledger], None]], ...] = (
    (every_message_ends_once, forget_an_answer),
    (every_message_ends_once, answer_twice),
    (every_message_ends_once, handle_twice),
    (every_answer_is_what_the_handler_gave, answer_in_vain),
    (every_cast_is_handled_or_logged, lose_a_cast),
    (messages_of_one_sender_keep_their_order, swap_messages),
    (lives_go_through_their_states_in_order, skip_a_goodbye),
    (first_lives_begin_in_order, start_backwards),
    (siblings_stop_in_reverse, stop_the_first_first),
    (earlier_siblings_are_up_when_a_group_starts, start_the_last_alone),
    (giving_up_has_its_reasons, give_up_for_nothing),
)
