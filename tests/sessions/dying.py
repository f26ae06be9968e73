"""A daemon's part that is killed between any two steps of an act: `python -m ...dying`.

Reads lines `ACT STEP HOME RUN`; for each it forks one that does the act and, at that step, kills
itself. Answers how that one ended: `killed`, or `done` if the act has fewer steps.
"""

import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import trio

from rdvd.bytelog import Recording
from rdvd.ground.store import Store
from rdvd.identity import Auth
from rdvd.sessions import SessionActor, homes, terminal
from rdvd.tmux import Tmux

from .house import House, living


class Steps:
    """Counts what is done to the world."""

    def __init__(self, last: int) -> None:
        self.left = last
        self.is_counting = False

    def pass_one(self) -> None:
        if self.is_counting:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def around(self, owner: Any, name: str) -> None:
        act: Callable[..., Awaitable[Any]] = getattr(owner, name)

        async def counted(*arguments: Any, **named: Any) -> Any:
            self.pass_one()
            return await act(*arguments, **named)

        setattr(owner, name, counted)

    def around_plain(self, owner: Any, name: str) -> None:
        act: Callable[..., Any] = getattr(owner, name)

        def counted(*arguments: Any, **named: Any) -> Any:
            self.pass_one()
            return act(*arguments, **named)

        setattr(owner, name, counted)


def count(steps: Steps) -> None:
    for owner, name in (
        (Store, "write"), (Auth, "mint_for_session"), (Auth, "revoke_session"),
        (Recording, "add"), (Recording, "remove"), (Tmux, "server_with_room"),
        (terminal, "create"), (terminal, "end"),
    ):  # fmt: skip
        steps.around(owner, name)
    for name in ("prepare", "let_go"):
        steps.around_plain(homes, name)


async def create(house: House, steps: Steps) -> None:
    steps.is_counting = True
    await house.new("sh", "-c", "echo begun; sleep 100", name="it")


async def restart(house: House, steps: Steps) -> None:
    session = await house.new("sh", "-c", "echo begun; sleep 100", name="it")
    actor = await house.front.actor(session.id)
    steps.is_counting = True
    await actor.call(SessionActor.restart)


async def close(house: House, steps: Steps) -> None:
    session = await house.new("sleep", "100", name="it")
    steps.is_counting = True
    await house.front.close(session.id)


ACTS = {"create": create, "restart": restart, "close": close}


async def live(act: str, step: int, home: Path, run: Path) -> None:
    steps = Steps(step)
    count(steps)
    async with living(home, run, grace_seconds=0.1) as house:
        await ACTS[act](house, steps)
        steps.pass_one()
        steps.is_counting = False


def main() -> None:
    for line in sys.stdin:
        act, step, home, run = line.split()
        child = os.fork()
        if child == 0:
            trio.run(live, act, int(step), Path(home), Path(run))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed = os.waitstatus_to_exitcode(status) == -signal.SIGKILL
        print("killed" if killed else "done", flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
