"""Who comes back after a fall, with whom, how soon, and when patience ends."""

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from actors import ActorChild, GaveUp, Patience, Restart, Strategy, Supervisor, Unavailable, run
from actors.testing import crash

from .families import (
    AN_HOUR,
    Journal,
    Witness,
    find,
    hold,
    names,
    note,
    told_by,
    tree_of,
    witness,
)

FALL = ["up", "gone", "up"]


def three(journal: Journal) -> list[ActorChild[Witness]]:
    return [witness(name, journal) for name in "abc"]


async def times_until_up(ref_of: ActorChild[Witness], falls: int) -> list[float]:
    delays: list[float] = []
    for _ in range(falls):
        fell = trio.current_time()
        await crash(ref_of.ref)
        delays.append(trio.current_time() - fell)
    return delays


@pytest.mark.parametrize(
    ("restart", "crashes", "lives"),
    [
        ("permanent", True, 2),
        ("permanent", False, 2),
        ("transient", True, 2),
        ("transient", False, 1),
        ("temporary", True, 1),
        ("temporary", False, 1),
    ],
)
async def test_the_restart_kinds_decide_who_comes_back(
    autojump_clock: MockClock, restart: Restart, crashes: bool, lives: int
):
    journal: Journal = []
    child = witness("a", journal, restart=restart)
    async with tree_of(child) as tree:
        await (crash(child.ref) if crashes else child.ref.call(Witness.leave))
        await wait_all_tasks_blocked()

        assert lives == journal.count("a up")
        assert ("up" if lives == 2 else "down") == find(tree.snapshot(), "a").status


async def test_one_for_one_touches_no_sibling(autojump_clock: MockClock):
    journal: Journal = []
    a, b, c = three(journal)
    async with tree_of(a, b, c):
        await crash(b.ref)
        await wait_all_tasks_blocked()

        assert ["a up", "b up", "c up", "b gone", "b up"] == journal


async def test_one_for_all_stops_in_reverse_and_starts_in_order(autojump_clock: MockClock):
    journal: Journal = []
    a, b, c = three(journal)
    async with tree_of(a, b, c, strategy="one_for_all"):
        await crash(b.ref)
        await wait_all_tasks_blocked()

        assert ["b gone", "c gone", "a gone", "a up", "b up", "c up"] == journal[3:]


async def test_rest_for_one_restarts_the_fallen_child_and_those_after_it(autojump_clock: MockClock):
    journal: Journal = []
    a, b, c = three(journal)
    d = witness("d", journal)
    async with tree_of(a, b, c, d, strategy="rest_for_one"):
        await crash(b.ref)
        await wait_all_tasks_blocked()

        assert ["b gone", "d gone", "c gone", "b up", "c up", "d up"] == journal[4:]


async def test_a_temporary_child_does_not_come_back_with_its_siblings(autojump_clock: MockClock):
    journal: Journal = []
    a = witness("a", journal, restart="temporary")
    b = witness("b", journal)
    async with tree_of(a, b, strategy="one_for_all") as tree:
        await crash(b.ref)
        await wait_all_tasks_blocked()

        assert ["a up", "b up", "b gone", "a gone", "b up"] == journal
        assert "down" == find(tree.snapshot(), "a").status


async def test_a_child_that_ended_stays_down_when_its_siblings_restart(autojump_clock: MockClock):
    journal: Journal = []
    a = witness("a", journal, restart="transient")
    b = witness("b", journal)
    async with tree_of(a, b, strategy="one_for_all") as tree:
        await a.ref.call(Witness.leave)
        await a.ref.wait_stopped()
        await crash(b.ref)
        await wait_all_tasks_blocked()

        assert ["up", "gone"] == told_by("a", journal)
        assert "down" == find(tree.snapshot(), "a").status


async def test_siblings_keep_their_mail_through_a_group_restart(autojump_clock: MockClock):
    journal: Journal = []
    a, b, c = three(journal)
    releases = {a: trio.Event(), c: trio.Event()}
    inner = Supervisor("inner", c)
    async with tree_of(a, inner, b, strategy="one_for_all"), trio.open_nursery() as nursery:
        for busy, release in releases.items():
            nursery.start_soon(hold, busy, release)
            await wait_all_tasks_blocked()
            nursery.start_soon(note, busy, "a call")
            await wait_all_tasks_blocked()
            busy.ref.cast(Witness.note, "a cast")

        nursery.start_soon(crash, b.ref)
        for stopped in (c, a):
            await wait_all_tasks_blocked()
            releases[stopped].set()
        await wait_all_tasks_blocked()

        one_life_each = ["up", "holds", "let go", "gone", "up", "a call", "a cast"]
        assert one_life_each == told_by("a", journal)
        assert one_life_each == told_by("c", journal)


async def test_restarts_back_off_from_nothing_to_the_longest_delay(autojump_clock: MockClock):
    child = witness("a", [])
    patience = Patience(restarts=9, window=AN_HOUR, longest_delay=5, jitter=0)
    async with tree_of(child, patience=patience):
        delays = await times_until_up(child, 9)

        assert [0, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5] == pytest.approx(delays)


async def test_a_normal_end_of_a_permanent_child_counts_as_a_restart(autojump_clock: MockClock):
    child = witness("a", [])
    with pytest.raises(GaveUp):
        async with tree_of(child, patience=Patience(restarts=1)):
            await child.ref.call(Witness.leave)
            await child.ref.call(Witness.leave)
            await trio.sleep(AN_HOUR)


async def test_neighbours_are_served_while_one_waits_for_its_restart(autojump_clock: MockClock):
    journal: Journal = []
    a, b, c = three(journal)
    patience = Patience(first_delay=100, longest_delay=100, jitter=0)
    async with tree_of(a, b, patience=patience) as tree, trio.open_nursery() as nursery:
        await crash(a.ref)
        nursery.start_soon(crash, a.ref)
        await wait_all_tasks_blocked()
        began = trio.current_time()

        answer = await b.ref.call(Witness.note, "at work")
        await tree.start_child(c)
        await tree.stop_child(b)

        statuses = {node.name: node.status for node in tree.snapshot().children}
        assert "at work" == answer
        assert {"a": "waiting", "b": "down", "c": "up"} == statuses
        assert began == trio.current_time()


async def test_a_supervisor_that_gives_up_is_a_crash_for_its_supervisor(autojump_clock: MockClock):
    journal: Journal = []
    child = witness("a", journal)
    inner = Supervisor("inner", child, patience=Patience(restarts=1, jitter=0))
    async with tree_of(inner) as tree:
        await crash(child.ref)
        child.ref.cast(Witness.fall)
        await wait_all_tasks_blocked()

        node = find(tree.snapshot(), "inner")
        assert ("up", 1) == (node.status, node.restarts)
        assert node.last_crash is not None
        assert node.last_crash.what.startswith("GaveUp")
        assert 3 == journal.count("a up")


async def test_waiting_calls_are_refused_when_the_supervisor_gives_up(autojump_clock: MockClock):
    journal: Journal = []
    a, b, _ = three(journal)
    release = trio.Event()
    refused: Journal = []

    async def ask(child: ActorChild[Witness]) -> None:
        with pytest.raises(Unavailable):
            await child.ref.call(Witness.note, "never said")
        refused.append(child.name)

    inner = Supervisor("inner", a, b, patience=Patience(restarts=0))
    async with tree_of(inner), trio.open_nursery() as nursery:
        a.ref.cast(Witness.hold, release)
        b.ref.cast(Witness.fall)
        nursery.start_soon(ask, a)
        nursery.start_soon(ask, b)
        await wait_all_tasks_blocked()
        release.set()
        await wait_all_tasks_blocked()

        assert ["a", "b"] == sorted(refused)
        assert "a never said" not in journal
        assert "b never said" not in journal


async def test_a_root_that_gives_up_ends_the_run(autojump_clock: MockClock):
    journal: Journal = []
    a, b, _ = three(journal)
    root = Supervisor("root", a, b, patience=Patience(restarts=0))

    async def break_it() -> None:
        await wait_all_tasks_blocked()
        b.ref.cast(Witness.fall)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(break_it)
        with trio.fail_after(60), pytest.raises(GaveUp) as fall:
            await run(root)

    assert isinstance(fall.value.__cause__, ValueError)
    assert ["a up", "b up", "b gone", "a gone"] == journal


async def test_a_restarted_supervisor_forgets_its_tally_and_its_dynamic_children(
    autojump_clock: MockClock,
):
    journal: Journal = []
    a, b, guest = three(journal)
    inner = Supervisor("inner", a, patience=Patience(restarts=2, jitter=0))
    async with tree_of(inner, b, strategy="one_for_all") as tree:
        await inner.start_child(guest)
        await crash(a.ref)
        await crash(a.ref)
        await crash(b.ref)
        delays = await times_until_up(a, 2)

        node = find(tree.snapshot(), "inner")
        assert (1, ["a"]) == (node.restarts, names(node))
        assert ["up", "gone"] == told_by("c", journal)
        assert [0, 0.1] == pytest.approx(delays)


@pytest.mark.parametrize(
    ("strategy", "before", "after"),
    [
        ("one_for_one", ["up"], ["up"]),
        ("one_for_all", FALL, FALL),
        ("rest_for_one", ["up"], FALL),
    ],
)
async def test_a_supervisor_falls_with_its_siblings_like_anybody(
    autojump_clock: MockClock, strategy: Strategy, before: Journal, after: Journal
):
    journal: Journal = []
    a, b, c = three(journal)
    last = Supervisor("last", Supervisor("deep", c))
    async with tree_of(Supervisor("first", a), b, last, strategy=strategy):
        await crash(b.ref)
        await wait_all_tasks_blocked()

        assert (before, FALL, after) == tuple(told_by(name, journal) for name in "abc")


async def test_a_supervisor_stopped_as_a_sibling_forgets_a_restart_that_was_due(
    autojump_clock: MockClock,
):
    journal: Journal = []
    a, b, _ = three(journal)
    slow = Patience(first_delay=100, longest_delay=100, jitter=0)
    inner = Supervisor("inner", a, patience=slow)
    async with tree_of(inner, b, strategy="one_for_all"), trio.open_nursery() as nursery:
        await crash(a.ref)
        nursery.start_soon(crash, a.ref)
        await wait_all_tasks_blocked()
        began = trio.current_time()

        await crash(b.ref)
        await a.ref.call(Witness.note, "back at once")

        assert began == trio.current_time()
        assert [*FALL, "gone", "up", "back at once"] == told_by("a", journal)
