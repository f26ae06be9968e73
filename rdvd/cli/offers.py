"""What a shell offers after Tab that only the daemon knows.

It must come at once or not at all, and nothing may be said in the middle of a line that somebody
types: whatever goes wrong, there is simply nothing to offer.
"""

import signal
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from types import FrameType
from typing import Any

import click

from rdvd.cli import here
from rdvd.cli.exits import Failure

PATIENCE = 0.5  # seconds for the whole answer
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

Words = Callable[[click.Context, click.Parameter, str], list[str]]


def offered(find: Callable[[click.Context], Iterable[str]]) -> Words:
    """For `shell_complete=`: what begins with what was typed."""

    def offer(context: click.Context, _: click.Parameter, begun: str) -> list[str]:
        try:
            with _in_time():
                return [word for word in find(context) if word.startswith(begun)]
        except (Failure, OSError, LookupError, TypeError, ValueError, AttributeError):
            return []

    return offer


def _token_ids(_: click.Context) -> Iterable[str]:
    tokens: Any = _ask("/api/tokens")
    return [token["id"] for token in tokens if not token["revoked"]]


def _places(_: click.Context) -> Iterable[str]:
    from rdvd.cli.tree import by_place  # lazy: it completes places itself

    health: Any = _ask("/health")
    return [place for place, _ in by_place(health["tree"])]


def _actions(_: click.Context) -> Iterable[str]:
    page: Any = _ask("/api/audit?limit=100")
    return sorted({link["entry"]["action"] for link in page["entries"]})


def _methods(_: click.Context) -> Iterable[str]:
    return METHODS


def _paths(context: click.Context) -> Iterable[str]:
    """Of the routes with the method that was typed; a token's id stands where one belongs."""
    method = str(context.params.get("method") or "GET").lower()
    document: Any = _ask("/openapi.json")
    routes = [path for path, methods in document["paths"].items() if method in methods]
    tokens = [path for path in routes if path.startswith("/api/tokens/{")]
    ids = _token_ids(context) if tokens else ()
    filled = [f"{path[: path.index('{')]}{id}{_after(path)}" for path in tokens for id in ids]
    return [*(path for path in routes if "{" not in path), *filled]


def _after(path: str) -> str:
    return path[path.index("}") + 1 :]


def _ask(path: str) -> Any:
    return here.api(PATIENCE).get(path)


@contextmanager
def _in_time() -> Generator[None]:
    """A daemon that answers byte by byte is late as well."""

    def too_late(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, too_late)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


actions, places = offered(_actions), offered(_places)
methods, paths = offered(_methods), offered(_paths)
