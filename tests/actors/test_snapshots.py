"""What the tree looks like, at any moment and from anywhere."""

import json
from collections.abc import Callable

import pytest
import trio
from attrs import fields
from trio.testing import MockClock, wait_all_tasks_blocked

from actors import Node, Patience, Supervisor, run, task
from actors.testing import crash

from .families import (
    A_DAY,
    Witness,
    every_node,
    find,
    note,
    slow_leaver,
    slow_starter,
    tree_of,
    witness,
)

AN_AGE = 41


async def serve(*, stopping: trio.Event, task_status: trio.TaskStatus[None]) -> None:
    task_status.started()
    await stopping.wait()


class Motley:
    """A tree in which everything is different."""

    def __init__(self) -> None:
        self.stuck = witness("stuck", [], capacity=3)
        self.shaky = witness("shaky", [])
        self.done = witness("done", [], restart="temporary")
        self.inner = Supervisor(
            "inner",
            self.shaky,
            self.done,
            patience=Patience(first_delay=A_DAY, longest_delay=A_DAY),
        )
        self.children = (self.stuck, self.inner, task("server", serve))

    async def age(self) -> None:
        """Let it become 50 seconds old."""
        await self.done.ref.call(Witness.leave)
        await trio.sleep(9)
        self.stuck.ref.cast(Witness.work, A_DAY)
        await wait_all_tasks_blocked()
        self.stuck.ref.cast(Witness.note, "queued")
        await crash(self.shaky.ref)
        self.shaky.ref.cast(Witness.fall)
        await trio.sleep(AN_AGE)


def ages(node: Node) -> dict[str, float]:
    """How long ago things were, by what they are."""
    marks = {"crash": node.last_crash, "handling": node.handling}
    times = {"since": node.since, **{what: mark and mark.at for what, mark in marks.items()}}
    return {what: node.taken_at - at for what, at in times.items() if at is not None}


def facts(node: Node) -> tuple[object, ...]:
    return (
        node.name,
        node.kind,
        node.status,
        node.restarts,
        node.last_crash and node.last_crash.what,
        node.queued,
        node.capacity,
        node.handled,
        node.handling and node.handling.what,
    )


async def test_a_snapshot_tells_everything_about_every_place(autojump_clock: MockClock):
    motley = Motley()
    async with tree_of(*motley.children) as tree:
        await motley.age()
        nodes = every_node(tree.snapshot())
        tree.hurry()

    assert [
        ("test", "supervisor", "up", 0, None, None, None, None, None),
        ("stuck", "actor", "up", 0, None, 1, 3, 0, "Witness.work"),
        ("inner", "supervisor", "up", 0, None, None, None, None, None),
        ("shaky", "actor", "waiting", 1, "ValueError: shaky fell", 0, 64, 3, None),
        ("done", "actor", "down", 0, None, 0, 64, 1, None),
        ("server", "task", "up", 0, None, None, None, None, None),
    ] == [facts(node) for node in nodes]


async def test_a_snapshot_tells_how_long_ago_things_were(autojump_clock: MockClock):
    motley = Motley()
    async with tree_of(*motley.children) as tree:
        await motley.age()
        stuck, shaky, done = (find(tree.snapshot(), name) for name in ("stuck", "shaky", "done"))
        tree.hurry()

    assert {"since": 50, "handling": AN_AGE} == pytest.approx(ages(stuck))
    assert {"since": AN_AGE, "crash": AN_AGE} == pytest.approx(ages(shaky))
    assert {"since": 50} == pytest.approx(ages(done))


async def test_senders_that_wait_for_room_count_as_queued(autojump_clock: MockClock):
    child = witness("a", [], capacity=1)
    async with tree_of(child) as tree, trio.open_nursery() as nursery:
        child.ref.cast(Witness.work, 1)
        await wait_all_tasks_blocked()
        for _ in range(3):
            nursery.start_soon(note, child, "hello")
        await wait_all_tasks_blocked()

        assert 3 == find(tree.snapshot(), "a").queued


def test_a_snapshot_never_waits_whatever_state_the_tree_is_in():
    seen: list[str] = []
    a, b = slow_leaver("a", [], seconds=9), slow_starter("b", [], trio.Event())
    root = Supervisor("root", a, b)

    def look() -> None:
        seen.append(" ".join(node.status for node in every_node(root.snapshot())))

    look()
    trio.run(stick_twice, root, look, clock=MockClock(autojump_threshold=0))
    look()

    nothing = "down down down"
    assert [nothing, "starting up starting", "starting stopping down", nothing] == seen


async def stick_twice(root: Supervisor, look: Callable[[], None]) -> None:
    with trio.fail_after(A_DAY):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(run, root)
            await wait_all_tasks_blocked()
            look()
            root.stop()
            await wait_all_tasks_blocked()
            look()


async def test_a_place_that_never_ran_has_no_times(autojump_clock: MockClock):
    node = Supervisor("root", witness("a", [])).snapshot()

    assert [None, None] == [each.since for each in every_node(node)]


async def test_a_snapshot_turns_into_json(autojump_clock: MockClock):
    motley = Motley()
    async with tree_of(*motley.children) as tree:
        await motley.age()
        node = tree.snapshot()
        tree.hurry()

    told = json.loads(json.dumps(node.as_json(), allow_nan=False))

    stuck = find(node, "stuck")
    assert {field.name for field in fields(Node)} == set(told)
    assert ["stuck", "inner", "server"] == [child["name"] for child in told["children"]]
    assert stuck.handling is not None
    assert {"what": "Witness.work", "at": stuck.handling.at} == told["children"][0]["handling"]


async def test_a_snapshot_as_json_holds_only_what_json_knows():
    async with tree_of(witness("a", [])) as tree:
        as_json = tree.snapshot().as_json()

    assert json.loads(json.dumps(as_json)) == as_json


async def test_render_draws_the_tree_with_the_stuck_handler_in_sight(autojump_clock: MockClock):
    motley = Motley()
    async with tree_of(*motley.children) as tree:
        await motley.age()
        lines = tree.snapshot().render().splitlines()
        tree.hurry()

    assert [
        ["test", "supervisor", "up"],
        ["├─", "stuck", "actor", "up"],
        ["├─", "inner", "supervisor", "up"],
        ["│", "├─", "shaky", "actor", "waiting"],
        ["│", "└─", "done", "actor", "down"],
        ["└─", "server", "task", "up"],
    ] == [line.split()[: 3 + depth] for line, depth in zip(lines, (0, 1, 1, 2, 2, 1), strict=True)]
    assert "Witness.work for 41 s" in lines[1]
    assert "queued 1/3" in lines[1]
    assert "ValueError: shaky fell" in lines[3]


async def test_a_crash_with_many_lines_is_drawn_on_one(autojump_clock: MockClock):
    child = witness("two\nlines", [])
    async with tree_of(child) as tree:
        child.ref.cast(Witness.fall)
        await wait_all_tasks_blocked()

        assert "ValueError: two lines fell" in tree.snapshot().render()
