"""`python -m rdvd.screens.digging`: search logs, or export one, as a job on standard input says.

A process of its own: patterns are people's, and one that never comes to an end must hold up nobody;
it is ended from outside when its time is over.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from attrs import define

from rdvd.bytelog import ByteLog, Piece
from rdvd.ground.json import decode, encode

from .cast import export
from .find import find
from .orders import Job, Line, Record, Search
from .secrets import Redactor
from .sizes import read_sizes

LARGEST_ANSWER = 8 * 1024 * 1024


@define
class Budget:
    """How many bytes may still be read."""

    left: int

    @property
    def is_spent(self) -> bool:
        return self.left <= 0


class Bounded(ByteLog):
    """A log that ends when the budget does."""

    def __init__(self, directory: Path, budget: Budget) -> None:
        super().__init__(directory)
        self._budget = budget

    def pieces(
        self, offset: int = 0, end: int | None = None, size: int = 1 << 18
    ) -> Iterator[Piece]:
        for piece in super().pieces(offset, end, size):
            if self._budget.is_spent:
                return
            self._budget.left -= len(piece.data)
            yield piece


def search(job: Search) -> Iterator[bytes]:
    budget, size = Budget(job.most_bytes), 0
    logs = ((session, Bounded(Path(directory), budget)) for session, directory in job.logs)
    for number, hit in enumerate(find(logs, job.query, Redactor(job.redact))):
        line = encode(Line(hit))
        size += len(line)
        if number >= job.most_hits or size > LARGEST_ANSWER:
            yield encode(Line(cut_off="matches"))
            return
        yield line
    yield encode(Line(cut_off="bytes" if budget.is_spent else None))


def record(job: Record) -> Iterator[bytes]:
    log = ByteLog(Path(job.directory))
    sizes = read_sizes(log.directory)
    for line in export(log, sizes, log.directory, Redactor(job.redact), job.options):
        yield line.removesuffix("\n").encode("utf-8", "replace")


def work(job: Job) -> Iterator[bytes]:
    if job.search is not None:
        yield from search(job.search)
    if job.record is not None:
        yield from record(job.record)


if __name__ == "__main__":
    job = decode(sys.stdin.buffer.read(), Job)
    for answer in work(job):
        sys.stdout.buffer.write(answer + b"\n")
        if job.search is not None:  # what was found in time counts, whatever comes after it
            sys.stdout.buffer.flush()
    sys.stdout.buffer.flush()
