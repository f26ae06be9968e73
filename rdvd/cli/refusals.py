"""What the ground refuses, as a command tells it."""

from collections.abc import Generator
from contextlib import contextmanager

from rdvd.cli.exits import FAILED, OF_STATUS, Failure


@contextmanager
def told() -> Generator[None]:
    """Turn a refusal of the ground, or of the system, into a `Failure` that a person can read."""
    from rdvd.ground.errors import Problem  # lazy: only commands that work on files come here

    try:
        yield
    except Problem as problem:
        raise Failure(problem.detail, code=OF_STATUS.get(problem.status, FAILED)) from problem
    except OSError as error:
        raise Failure(str(error)) from error
