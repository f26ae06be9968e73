"""The store beside a dictionary: random jobs of several statements, in random batches."""

import sqlite3
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Literal

import trio
from attrs import frozen
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from outcome import Error, Outcome, Value, capture

from rdvd.ground.errors import Conflict
from rdvd.ground.store import Store, open_store

from .books import LIBRARY, outcome_of, writer_held
from .loop import Loop

Shelf = dict[int, str]


@frozen
class Step:
    verb: Literal["add", "rename", "remove", "refuse", "lend", "roll back"]
    book: int = 0
    title: str = ""


books = st.integers(1, 4)
titles = st.sampled_from(["Emma", "Persuasion", "Sanditon"])
steps = st.one_of(
    st.builds(Step, st.sampled_from(["add", "rename", "remove"]), books, titles),
    st.builds(Step, st.sampled_from(["add", "rename", "remove"]), books, titles),
    st.builds(Step, st.sampled_from(["refuse", "lend", "roll back"])),
)
jobs = st.lists(steps, min_size=1, max_size=4)


def run_on_sqlite(connection: sqlite3.Connection, job: list[Step]) -> int:
    for step in job:
        _step_on_sqlite(connection, step)
    return len(shelf(connection))


def _step_on_sqlite(connection: sqlite3.Connection, step: Step) -> None:
    match step.verb:
        case "add":
            connection.execute("INSERT INTO book VALUES (?, ?)", [step.book, step.title])
        case "rename":
            connection.execute("UPDATE book SET title = ? WHERE id = ?", [step.title, step.book])
        case "remove":
            connection.execute("DELETE FROM book WHERE id = ?", [step.book])
        case "refuse":
            raise Conflict("no")
        case "lend":  # a book that is not there: found out only at COMMIT
            connection.execute("INSERT INTO loan VALUES (404)")
        case "roll back":
            connection.execute("INSERT OR ROLLBACK INTO book VALUES (5, NULL)")


def shelf(connection: sqlite3.Connection) -> Shelf:
    return dict(connection.execute("SELECT id, title FROM book"))


def run_on_model(before: Shelf, job: list[Step]) -> Shelf:
    after, is_lent = dict(before), False
    for step in job:
        match step.verb:
            case "add" if step.book not in after:
                after[step.book] = step.title
            case "rename":
                after |= {step.book: step.title} if step.book in after else {}
            case "remove":
                after.pop(step.book, None)
            case "lend":
                is_lent = True
            case "refuse":
                raise Conflict("no")
            case "add" | "roll back":
                raise sqlite3.IntegrityError
    if is_lent:
        raise sqlite3.IntegrityError
    return after


class StoreBesideADictionary(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.expected: Shelf = {}
        self.loop = Loop()
        self.folder = tempfile.TemporaryDirectory()
        self.loop.run(self._open)

    def teardown(self) -> None:
        self.loop.run(self._opened.aclose)
        self.loop.close()
        self.folder.cleanup()

    async def _open(self) -> None:
        self._opened = AsyncExitStack()
        store = open_store(Path(self.folder.name) / "library.db", LIBRARY)
        self.store = await self._opened.enter_async_context(store)

    @rule(batch=st.lists(jobs, min_size=1, max_size=5))
    def write(self, batch: list[list[Step]]) -> None:
        outcomes = self.loop.run(run_in_one_batch, self.store, batch)

        for job, outcome in zip(batch, outcomes, strict=True):
            self._compare(capture(run_on_model, self.expected, job), outcome)

    def _compare(self, expected: Outcome[Shelf], actual: Outcome[int]) -> None:
        if isinstance(expected, Value):
            self.expected = expected.value
            assert actual == Value(len(self.expected))
        else:
            assert isinstance(expected, Error)
            assert isinstance(actual, Error)
            assert type(actual.error) is type(expected.error)

    @precondition(lambda self: self.expected)
    @rule()
    def reopen(self) -> None:
        self.loop.run(self._opened.aclose)
        self.loop.run(self._open)

    @invariant()
    def holds_what_the_dictionary_holds(self) -> None:
        assert self.loop.run(self.store.read, shelf) == self.expected


async def run_in_one_batch(store: Store, batch: list[list[Step]]) -> list[Outcome[int]]:
    outcomes: list[list[Outcome[int]]] = [[] for _ in batch]
    with trio.fail_after(30):
        async with writer_held(store) as nursery:
            for job, into in zip(batch, outcomes, strict=True):
                nursery.start_soon(
                    lambda j=job, i=into: outcome_of(store.write, run_on_sqlite, j, into=i)
                )
                await trio.lowlevel.checkpoint()
    return [each for (each,) in outcomes]


TestStoreBesideADictionary = StoreBesideADictionary.TestCase
TestStoreBesideADictionary.settings = settings(
    max_examples=25,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
