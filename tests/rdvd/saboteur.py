"""A program that is the daemon, with somebody inside who makes one of its places fall.

Which one is in the variable FALLS, as a number; exit code 99 if there are not so many. What
becomes of it is seen from outside, over the socket, and said on standard error.
"""

import gc
import json
import os
import signal
import sys
from functools import partial
from pathlib import Path
from typing import Any

import trio
from attrs import define, field

from actors import Serving, Supervisor, task
from actors.actor import ActorChild
from actors.child import Child
from actors.task import TaskChild
from actors.testing import InducedCrash, crash
from rdvd import program

from .daemons import UnixConnection
from .starter import serve

NO_MORE = 99
A_WHILE = 20
PLACES: tuple[type[Child], ...] = (ActorChild, TaskChild)
tree = program.tree


@define
class Bomb:
    """Around a task, which cannot be sent a message that it falls over."""

    fn: Serving
    lit: trio.Event = field(factory=trio.Event)

    async def __call__(self, *, stopping: trio.Event, task_status: trio.TaskStatus[Any]) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._wait)
            await self.fn(stopping=stopping, task_status=task_status)
            nursery.cancel_scope.cancel()

    async def _wait(self) -> None:
        await self.lit.wait()
        self.lit = trio.Event()
        raise InducedCrash("a test made it fall")


def mined_tree(*everything: Any, **more: Any) -> Supervisor:
    """The real tree, and after it the one who makes something in it fall."""
    root = tree(*everything, **more)
    for place in places_below(root):
        if isinstance(place, TaskChild):
            place.fn = Bomb(place.fn)
    return Supervisor("all", root, task("saboteur", partial(sabotage, root)))


def places_below(root: Supervisor) -> list[Child]:
    """Every actor and task, those too that came into being later; by name."""
    found: list[Child] = [each for each in gc.get_objects() if isinstance(each, PLACES)]
    inside = [place for place in found if root in place.lineage()]
    return sorted(inside, key=lambda place: place.path)


async def sabotage(
    root: Supervisor, *, stopping: trio.Event, task_status: trio.TaskStatus[Any]
) -> None:
    task_status.started()
    places, number = places_below(root), int(os.environ["FALLS"])
    if number >= len(places):
        os._exit(NO_MORE)
    place = places[number]
    match place:
        case TaskChild(fn=Bomb() as bomb):
            bomb.lit.set()
        case ActorChild():
            await crash(place.ref)
        case _:
            raise AssertionError(place.path)
    with trio.fail_after(A_WHILE):
        while not await has_recovered(place.name):
            pass
    sys.stderr.write(f"\nrecovered: {place.path}\n")
    os.kill(os.getpid(), signal.SIGTERM)
    await stopping.wait()


async def has_recovered(name: str) -> bool:
    """Seen from outside: it fell once, everything is up again, and requests are served."""
    try:
        health = await ask("GET", "/health")
        restarts = {node["name"]: node["restarts"] for node in walk(health["tree"])}
        fallen = {name: count for name, count in restarts.items() if count}
        if health["status"] != "healthy" or fallen != {name: 1}:
            return False
        user = await ask("GET", "/api/user")
        minted = await ask("POST", "/api/tokens", {"name": "after the fall"})
    except OSError:  # it is the door that fell, and it is not open yet
        return False
    return "name" in user and "token" in minted


def walk(node: Any) -> list[Any]:
    return [node, *(each for child in node["children"] for each in walk(child))]


async def ask(method: str, path: str, body: object = None) -> Any:
    return await trio.to_thread.run_sync(_ask, method, path, body)


def _ask(method: str, path: str, body: object) -> Any:
    connection = UnixConnection(Path(os.environ["RDV_RUNTIME_DIR"]) / "api.sock", A_WHILE)
    try:
        headers = {} if body is None else {"Content-Type": "application/json"}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


if __name__ == "__main__":
    program.tree = mined_tree
    serve(lambda: program.main([]))
