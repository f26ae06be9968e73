"""What a project declares to be run in its worktrees, and running it: only what somebody trusts.

# .rdv/worktree.toml
setup = ["npm ci", "./scripts/seed-database"]
teardown = ["docker compose down"]
"""

import hashlib
import os
import shlex
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import trio

from rdvd.ground.private import make_directory, open_private

from .finding import read_small
from .problems import BadDeclaration, HookFailed
from .running import NotRun, run_into
from .stragglers import act_of
from .types import Hooks, Worktree

DECLARED = ".rdv/worktree.toml"
LARGEST = 1_048_576
MOST = 50
LONGEST_QUOTE = 2_000
NOT_PASSED_ON = ("RDV_", "GIT_", "TMUX", "NOTIFY_SOCKET", "LISTEN_", "WATCHDOG_")


def declared_in(top: Path) -> Hooks:
    """For a thread. The fingerprint is of all that would be run, as far as it is in the tree: the
    declaration, and each file of the tree that one of its commands names."""
    content = read_small(top / DECLARED, LARGEST)
    if content is None:
        return Hooks()
    try:
        told = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadDeclaration(f"{DECLARED}: {error}") from error
    unknown = sorted(set(told) - {"setup", "teardown"})
    if unknown:
        raise BadDeclaration(f"{DECLARED}: {unknown[0]!r} is neither setup nor teardown")
    setup, teardown = _lines(told, "setup"), _lines(told, "teardown")
    digest = hashlib.sha256(content)
    for name in sorted(set(_files_named(top, (*setup, *teardown)))):
        digest.update(b"\0" + os.fsencode(name) + b"\0" + (read_small(top / name, LARGEST) or b""))
    return Hooks(setup, teardown, digest.hexdigest())


def _lines(told: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = told.get(name, [])
    lines = cast(list[object], value) if isinstance(value, list) else [None]
    if len(lines) > MOST or not all(isinstance(line, str) and line.strip() for line in lines):
        raise BadDeclaration(f"{DECLARED}: {name} is a list of at most {MOST} commands")
    return tuple(cast(list[str], lines))


def _files_named(top: Path, lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        try:
            words = shlex.split(line)
        except ValueError:
            words = line.split()
        for word in words:
            if "\0" not in word and not word.startswith("/") and (top / word).is_file():
                yield os.path.normpath(word)


def log_of(logs: Path, tree: Worktree, kind: str) -> Path:
    return logs / tree.id / f"{kind}.log"


async def run_hooks(
    lines: Sequence[str], kind: str, tree: Worktree, *, logs: Path, seconds: float
) -> None:
    """One after another, until one fails; what they say is kept."""
    log = log_of(logs, tree, kind)
    await trio.to_thread.run_sync(make_directory, log.parent)
    descriptor = await trio.to_thread.run_sync(
        open_private, log, os.O_WRONLY | os.O_CREAT | os.O_APPEND
    )
    with os.fdopen(descriptor, "ab", buffering=0) as file:
        for line in lines:
            file.write(f"$ {line}\n".encode())
            await _run_one(line, kind, tree, file=file, log=log, seconds=seconds)


async def _run_one(
    line: str, kind: str, tree: Worktree, *, file: Any, log: Path, seconds: float
) -> None:  # Any: a raw file, for which typing has no name
    told = {name: value for name, value in os.environ.items() if not name.startswith(NOT_PASSED_ON)}
    told |= {
        "RDV_WORKTREE": tree.path,
        "RDV_REPOSITORY": tree.repository,
        "RDV_BRANCH": tree.branch or "",
        **act_of(tree),
    }
    try:
        with trio.fail_after(seconds):
            code = await run_into(
                ["/bin/sh", "-c", line], file, directory=Path(tree.path), environment=told
            )
    except trio.TooSlowError:
        raise _failed(line, kind, f"took longer than {seconds:g} s and was ended", log) from None
    except NotRun as error:
        raise _failed(line, kind, str(error), log) from error
    if code:
        raise _failed(line, kind, f"ended with {code}", log)


def _failed(line: str, kind: str, how: str, log: Path) -> HookFailed:
    said = (read_small(log, LARGEST) or b"")[-LONGEST_QUOTE:].decode("utf-8", "backslashreplace")
    return HookFailed(f"{kind}: {line!r} {how}; all of it is in {log}", output=said)
