"""The writer: takes what has queued up during the last commit, and commits it together.

Nothing lingers: batches grow by themselves when the disk is slow, and one job alone never waits.
A job's function must have no effect but on its connection, because it may have to run again when a
neighbour has destroyed the transaction they shared.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from queue import SimpleQueue
from time import perf_counter

from outcome import Error, capture

from rdvd.ground.database import is_storage_full, refusal_of

from .desk import Job
from .facts import Ledger
from .place import InPlace

LARGEST_BATCH = 256

# In our own words, so that a job's plain "commit" is no cached statement but meets the guard.
BEGIN = "BEGIN IMMEDIATE /* store */"
COMMIT = "COMMIT /* store */"
ROLLBACK = "ROLLBACK /* store */"
SAVEPOINT = "SAVEPOINT store_job"
ROLLBACK_JOB = "ROLLBACK TO store_job"
RELEASE = "RELEASE store_job"

Queue = SimpleQueue[Job | None]


class TransactionLost(Exception):
    """A job has rolled back not only itself but all that shared its transaction."""

    def __init__(self, culprit: Job) -> None:
        super().__init__()
        self.culprit = culprit


class Writer:
    """Lives in its thread, around the only connection that writes."""

    def __init__(self, connection: sqlite3.Connection, ledger: Ledger) -> None:
        self._connection = connection
        self._execute = connection.cursor().execute
        self._ledger = ledger
        self._files = InPlace(ledger.path)
        self._is_in_jobs = False
        connection.set_authorizer(self._guard)

    def serve(self, queue: Queue, answer: Callable[[Sequence[Job]], None]) -> None:
        """Until the queue says None: settle what waits in it, then wake all the callers at once."""
        for batch in batches(queue):
            self._settle(batch)
            answer(batch)

    def _settle(self, batch: Sequence[Job]) -> None:
        """Give every job that was not withdrawn its result."""
        while jobs := [job for job in batch if job.begin()]:
            attempt = capture(self._transact, jobs)
            batch = self._again(jobs, attempt.error) if isinstance(attempt, Error) else ()

    def _again(self, jobs: Sequence[Job], error: BaseException) -> Sequence[Job]:
        """After a failed attempt: which jobs deserve another. There are fewer each time."""
        capture(self._roll_back)  # if even that fails, the next BEGIN says so to its callers
        match error:
            case TransactionLost(culprit=culprit):
                # Refusals too are reconsidered: they may have rested on what is now undone.
                return [job for job in jobs if job is not culprit]
            case sqlite3.IntegrityError() if len(jobs) > 1:
                # A deferred constraint speaks up at COMMIT and does not say whose it is.
                for job in jobs:
                    self._settle([job])
            case _:
                self._fail(jobs, error)
        return ()

    def _transact(self, jobs: Sequence[Job]) -> None:
        self._execute(BEGIN)
        self._is_in_jobs = True
        troubles = [error for job in jobs if (error := self._run(job)) is not None]
        self._is_in_jobs = False
        self._files.require()
        started = perf_counter()
        self._execute(COMMIT)
        self._ledger.note_commit(len(jobs), perf_counter() - started)
        for trouble in troubles:
            self._ledger.note_failure(trouble)

    def _run(self, job: Job) -> BaseException | None:
        """Run one job in its savepoint; return what is wrong with the database, if anything is."""
        self._execute(SAVEPOINT)
        job.result = capture(job.fn, self._connection, *job.args, **job.kwargs)
        if not self._connection.in_transaction:
            self._explain_loss(job)
        trouble = self._undo(job, job.result.error) if isinstance(job.result, Error) else None
        self._execute(RELEASE)
        return trouble

    def _undo(self, job: Job, error: BaseException) -> BaseException | None:
        self._execute(ROLLBACK_JOB)
        self._ledger.note_corruption(error)
        if not is_storage_full(error):
            return None
        job.result = Error(refusal_of(error))
        return error

    def _explain_loss(self, job: Job) -> None:
        """SQLite itself ends a transaction, if the disk is full or a trigger says so."""
        assert job.result is not None
        if not isinstance(job.result, Error):
            job.result = Error(RuntimeError("the job has ended the transaction it ran in"))
        elif is_storage_full(job.result.error):
            raise job.result.error
        raise TransactionLost(job)

    def _roll_back(self) -> None:
        self._is_in_jobs = False
        if self._connection.in_transaction:
            self._execute(ROLLBACK)

    def _fail(self, jobs: Sequence[Job], error: BaseException) -> None:
        """Nothing was committed. Whoever had an answer of their own keeps it."""
        is_callers_mistake = isinstance(error, sqlite3.IntegrityError)
        if not is_callers_mistake:
            self._ledger.note_failure(error)
        for job in jobs:
            if not isinstance(job.result, Error) or is_storage_full(job.result.error):
                job.result = Error(error if is_callers_mistake else refusal_of(error))

    def _guard(self, action: int, *_: str | None) -> int:
        """No job may end the transaction of its neighbours, on purpose or by `with connection:`."""
        is_forbidden = self._is_in_jobs and action == sqlite3.SQLITE_TRANSACTION
        return sqlite3.SQLITE_DENY if is_forbidden else sqlite3.SQLITE_OK


def batches(queue: Queue) -> Iterator[Sequence[Job]]:
    """What waits at each moment, at most so much at a time; ends with the queue's None."""
    while (job := queue.get()) is not None:
        batch = [job]
        while len(batch) < LARGEST_BATCH and not queue.empty():
            if (job := queue.get()) is None:
                yield batch
                return
            batch.append(job)
        yield batch
