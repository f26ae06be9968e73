"""A reader: one job at a time, each with one unchanging view of the database."""

import sqlite3
from collections.abc import Callable, Sequence
from queue import SimpleQueue

from outcome import Error, capture

from .desk import Job
from .facts import Ledger


def serve_reads(
    connection: sqlite3.Connection,
    ledger: Ledger,
    queue: SimpleQueue[Job | None],
    answer: Callable[[Sequence[Job]], None],
) -> None:
    while (job := queue.get()) is not None:
        if job.begin():
            job.result = capture(_in_one_view, connection, job)
            if isinstance(job.result, Error):
                ledger.note_corruption(job.result.error)
        answer([job])
    queue.put(None)  # for the other reader


def _in_one_view(connection: sqlite3.Connection, job: Job) -> object:
    connection.execute("BEGIN")
    try:
        return job.fn(connection, *job.args, **job.kwargs)
    finally:
        # A view held open would keep the log from ever being folded into the database.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
