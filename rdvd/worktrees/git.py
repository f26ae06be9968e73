"""The git binary, hardened: started for what touches files or history, and ended in time."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import trio
from attrs import evolve, field, frozen

from rdvd.ground.errors import StorageFull

from . import hardening, porcelain
from .problems import GitFailed, GitTooSlow, NoRepository
from .running import NotRun, Ran, run_program
from .types import Found

LONGEST_SECONDS = 120.0
LONGEST_QUOTE = 2_000
NONE: Mapping[str, str] = {}
# Mostly git does not say why. What it may not write it cannot open, and says so in other words.
NO_ROOM = re.compile("(unable to|couldn't|could not) write |No space left|quota exceeded")


def _own_environment() -> Mapping[str, str]:
    return os.environ


@frozen
class Git:
    """How to run git in one repository. `silenced`: settings of it that would run something."""

    program: str = "git"
    environ: Mapping[str, str] = field(factory=_own_environment, repr=False)
    silenced: tuple[str, ...] = ()

    async def run(
        self,
        where: Path,
        *words: str,
        stdin: bytes = b"",
        seconds: float = LONGEST_SECONDS,
        okay: Sequence[int] = (0,),
        fetches: bool = False,
        variables: Mapping[str, str] = NONE,
    ) -> bytes:
        """What it prints; a refusal if its exit code is not okay."""
        ran = await self.attempt(
            where, *words, stdin=stdin, seconds=seconds, fetches=fetches, variables=variables
        )
        if ran.code not in okay:
            raise failure(words, ran)
        return ran.out

    async def attempt(
        self,
        where: Path,
        *words: str,
        stdin: bytes = b"",
        seconds: float = LONGEST_SECONDS,
        fetches: bool = False,
        variables: Mapping[str, str] = NONE,
    ) -> Ran:
        command = hardening.command(self.program, words, self.silenced)
        ceiling = str(where.parent)
        told = hardening.environment(self.environ, fetches=fetches, ceiling=ceiling) | {**variables}
        try:
            with trio.fail_after(seconds):
                return await run_program(command, directory=where, environment=told, stdin=stdin)
        except trio.TooSlowError:
            raise GitTooSlow(f"git {words[0]} was ended after {seconds:g} s") from None
        except NotRun as error:
            raise GitFailed(str(error)) from error

    async def lines(self, where: Path, *words: str, stdin: bytes = b"") -> list[str]:
        return (await self.run(where, *words, stdin=stdin)).decode().splitlines()

    async def for_repository(self, found: Found, config: str) -> "Git":
        """The same, deaf to what this repository's own configuration would have it run.

        It is looked at before each act: what an agent writes into it now counts for the next one.
        """
        if not hardening.may_run_something(config):
            return self
        listing = ("config", "--list", "--includes", "-z")
        keys: list[str] = []
        for scope in ("--local", "--worktree"):
            ran = await self.attempt(found.top or found.home, *listing, scope)
            if ran.code == 0:
                keys += porcelain.parse_config_keys(ran.out)
        made = evolve(self, silenced=hardening.keys_that_run(keys))
        if any(key.lower() == "core.worktree" for key in keys):
            await _check_top(made, found)
        return made


async def _check_top(git: Git, found: Found) -> None:
    """`core.worktree` can lead anywhere, and git would then look at another directory."""
    if found.top is None:
        return
    told = await git.run(found.top, "rev-parse", "--show-toplevel")
    if os.fsdecode(told.rstrip(b"\n")) != str(found.top):
        raise NoRepository(f"{found.top}: its core.worktree leads to another place")


def failure(words: Sequence[str], ran: Ran) -> GitFailed | StorageFull:
    said = ran.err.decode("utf-8", "backslashreplace").strip()[-LONGEST_QUOTE:]
    verb = words[0]
    if NO_ROOM.search(said):
        return StorageFull(f"git {verb} could not write, as on a full disk: {said}", verb=verb)
    return GitFailed(
        f"git {verb}: {said or f'exit code {ran.code}'}", verb=verb, exit_code=ran.code
    )
