"""Both ends of a contender's process: a count goes in as a line, a cost comes back as a line.

A worker ends when its input does, so it cannot outlive the bench by more than a sample.
"""

import gc
import importlib
import inspect
import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Awaitable, Callable
from functools import partial
from operator import attrgetter
from types import FrameType, TracebackType
from typing import Any, BinaryIO, NoReturn

import trio

from .types import BenchFailed

Cost = float | dict[str, float]
Function = Callable[[int], Cost] | Callable[[int], Awaitable[Cost]]
LONGEST_GOODBYE = 20.0


class Worker:
    """A contender in a process of its own, from `with` to the end of the block."""

    def __init__(self, source: str) -> None:
        self._source = source

    def __enter__(self) -> "Worker":
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, self._source],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            # Ctrl-C must reach the bench alone, which then ends its workers.
            process_group=0,
        )
        return self

    def sample(self, count: int) -> float:
        """Have it do `count` times; the cost of all of them together."""
        return float(self._ask(count))

    def survey(self, count: int) -> dict[str, float]:
        """The same of a contender with several figures."""
        return dict(self._ask(count))

    def _ask(self, count: int) -> Any:  # Any: what JSON gives
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(b"%d\n" % count)
        except BrokenPipeError:
            raise self._died() from None
        line = self._process.stdout.readline()
        if not line:
            raise self._died()
        answer = json.loads(line)
        if "traceback" in answer:
            raise BenchFailed(f"{self._source} crashed:\n\n{answer['traceback']}")
        return answer["cost"]

    def _died(self) -> BenchFailed:
        return BenchFailed(f"{self._source}: its process ended with {self._process.wait()}")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Asked first: in the middle of a sample it may own a daemon, or the terminals of one.
        self._process.terminate()
        try:
            self._process.communicate(timeout=LONGEST_GOODBYE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()


def serve(source: str, counts: BinaryIO, answers: BinaryIO) -> None:
    """Answer every count with a cost; end with the input, or at the first crash."""
    sys.excepthook = partial(_report_crash, answers)
    contender = _load(source)
    for line in counts:
        _answer(answers, cost=_cost(contender, int(line)))


def _report_crash(
    answers: BinaryIO, _: type[BaseException], error: BaseException, __: TracebackType | None
) -> None:
    _answer(answers, traceback="".join(traceback.format_exception(error)))


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    """Through every `finally` on the way."""
    sys.exit(128 + signal.SIGTERM)


def _load(source: str) -> Function:
    module, _, function = source.partition(":")
    return attrgetter(function)(importlib.import_module(module))


def _cost(contender: Function, count: int) -> Cost:
    # Everybody starts without old garbage and then collects as in real life: it is a cost too.
    gc.collect()
    if inspect.iscoroutinefunction(contender):
        return trio.run(contender, count)
    cost = contender(count)
    assert not isinstance(cost, Awaitable), "only an async function may return an awaitable"
    return cost


def _answer(answers: BinaryIO, **answer: Cost | str) -> None:
    answers.write(json.dumps(answer).encode() + b"\n")
    answers.flush()


if __name__ == "__main__":
    # Whatever a contender prints belongs on the screen, not among the answers. They stay open to
    # the very end, for the report of a crash.
    signal.signal(signal.SIGTERM, _leave)
    own_answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.argv[1], sys.stdin.buffer, own_answers)
