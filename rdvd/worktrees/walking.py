"""How far two commits are apart, by dulwich, within bounds: for use in a thread."""

from collections.abc import Iterable
from pathlib import Path

from dulwich.errors import NotCommitError
from dulwich.object_format import get_object_format
from dulwich.object_store import DiskObjectStore
from dulwich.objects import ObjectID
from dulwich.repo import ParentsProvider

from .finding import read_pointer
from .types import Found

SHA256_DIGITS = 64


def walk(found: Found, ours: str, theirs: str, most: int) -> tuple[int, int] | None:
    """Commits that only `ours` reaches, and only `theirs`; None if there are too many to say, or
    some are not here."""
    name = "sha256" if len(ours) == SHA256_DIGITS else "sha1"
    store = DiskObjectStore(str(found.common / "objects"), object_format=get_object_format(name))
    try:
        provider = ParentsProvider(store, shallows=_shallow(found.common))
        mine = _reachable(provider, ours, most)
        others = _reachable(provider, theirs, most)
    except (KeyError, NotCommitError, ValueError, OSError):
        return None
    finally:
        store.close()
    if mine is None or others is None:
        return None
    return len(mine - others), len(others - mine)


def _reachable(provider: ParentsProvider, start: str, most: int) -> set[ObjectID] | None:
    first = ObjectID(start.encode())
    seen, waiting = {first}, [first]
    while waiting:
        for parent in provider.get_parents(waiting.pop()):
            if parent not in seen:
                seen.add(parent)
                waiting.append(parent)
        if len(seen) > most:
            return None
    return seen


def _shallow(common: Path) -> Iterable[ObjectID]:
    text = read_pointer(common / "shallow") or ""
    return [ObjectID(line.encode()) for line in text.splitlines()]
