"""What can go wrong in a tree, and whose fault it is."""

from collections.abc import Iterator


class Refused(Exception):
    """The expected "no" of a healthy actor: its caller gets it, the actor lives on."""


class Unavailable(Refused):
    """Nobody could answer: the place is down, fell over this message, or ran out of time."""


class CallCycle(RuntimeError):
    """The caller's mistake: this call would wait for somebody who is waiting for the caller."""


class GaveUp(Exception):
    """A supervisor's patience is at its end; to its own supervisor this is a crash."""


class Lagged(Exception):
    """The listener's fault: it read too slowly, was cut off, and must look at the truth afresh."""


def is_refusal(error: BaseException) -> bool:
    """A group refuses only if all of it does: one bug among refusals is a bug."""
    return all(isinstance(leaf, Refused) for leaf in _leaves(error))


def is_crash(error: BaseException) -> bool:
    """Whether supervision may answer it; an interrupt or an exit leaves the tree instead."""
    return all(isinstance(leaf, Exception) for leaf in _leaves(error))


def describe(error: BaseException) -> str:
    """One line for a person, naming what happened rather than the groups around it."""
    return "; ".join(map(_describe_leaf, _leaves(error)))


def _describe_leaf(leaf: BaseException) -> str:
    try:
        return f"{type(leaf).__name__}: {leaf}".rstrip(": ")
    except Exception:  # its own __str__ fails: somebody waits for the answer all the same
        return type(leaf).__name__


def _leaves(error: BaseException) -> Iterator[BaseException]:
    """Every single exception in a group, however deep; an exception alone is its own leaf."""
    match error:
        case BaseExceptionGroup(exceptions=inner):
            for each in inner:
                yield from _leaves(each)
        case _:
            yield error
