"""What happens elsewhere reaches the stream; and what is written about it is true."""

import logging
import re
from functools import partial
from pathlib import Path

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from actors import Topic
from rdvd.events import FACTS, NOTICES, Events, relay
from rdvd.events import types as kinds
from rdvd.events.types import Fact
from rdvd.identity import TokenId, TokenRevoked
from rdvd.streams import Farewell

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "events.md"


async def test_ended_tokens_and_the_lives_of_actors_are_facts():
    events, ended = Events(), Topic[TokenRevoked]("ended")
    told: list[Fact] = []
    logging.getLogger("actors").setLevel(logging.INFO)
    with events.listening(told.append):
        async with trio.open_nursery() as nursery:
            stopping = trio.Event()
            await nursery.start(partial(relay, events, ended, stopping=stopping))
            await wait_all_tasks_blocked()
            ended.publish(TokenRevoked(TokenId("t"), "expired"))
            logging.getLogger("actors").error("crashed", extra={"place": "a/b", "error": "E: no"})
            await wait_all_tasks_blocked()
            stopping.set()
        logging.getLogger("actors").info("started", extra={"place": "after the end"})

    assert {(fact.event.type, *fact.event.data.values()) for fact in told} == {
        ("token.ended", "t", "expired"),
        ("actor.crashed", "a/b", "E: no"),
    }
    assert all(fact.audience is None and not fact.is_public for fact in told)


async def test_a_flood_of_endings_is_told_as_facts_missed():
    events, ended = Events(), Topic[TokenRevoked]("ended")
    told: list[Fact] = []
    with events.listening(told.append):
        async with trio.open_nursery() as nursery:
            await nursery.start(partial(relay, events, ended, stopping=trio.Event()))
            await wait_all_tasks_blocked()
            for _ in range(300):
                ended.publish(TokenRevoked(TokenId("t"), "expired"))
            await wait_all_tasks_blocked()
            nursery.cancel_scope.cancel()

    assert told[-1].event.type == "facts.missed"


@pytest.mark.parametrize("data", [{}, {"place": "x", "more": 1}, {"place": "x" * 70_000}])
def test_a_fact_that_is_not_as_the_catalogue_says_is_a_mistake_of_who_publishes_it(
    data: dict[str, object],
):
    with pytest.raises(ValueError, match=r"actor\.started"):
        Events().publish("actor.started", data, None)


def test_every_type_of_event_is_documented_with_its_members_and_nothing_else_is():
    rows = re.findall(r"^\| `([a-z_.]+)` \| (.*?) \| (.*?) \|$", DOCUMENT.read_text(), re.MULTILINE)
    known = {**NOTICES, **FACTS}

    assert {name: (members, meaning) for name, members, meaning in rows} == {
        name: (", ".join(f"`{each}`" for each in kind.members) or "none", kind.meaning)
        for name, kind in known.items()
    }


def test_every_close_code_is_documented():
    codes = {str(each.code) for each in vars(kinds).values() if isinstance(each, Farewell)}

    assert codes
    assert codes <= set(re.findall(r"^\| (\d{4}) \|", DOCUMENT.read_text(), re.MULTILINE))
