"""How places come up, and what happens when they do not."""

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from actors import GaveUp, Patience, Supervisor, Unavailable, actor, run, task

from .small import (
    Doer,
    Host,
    Work,
    alive,
    ask,
    calling,
    catching,
    diarist,
    doer,
    doing,
    echoing,
    failing,
    idle,
    keep,
    noting,
    sleeping,
    waiting,
)


def slow_starter(name: str, diary: list[str]) -> Host:
    return Host(doing(noting(diary, f"{name} begins"), sleeping(1), noting(diary, f"{name} is up")))


async def test_children_start_in_order_each_after_the_one_before_is_up(autojump_clock: MockClock):
    diary: list[str] = []
    a = actor("a", lambda: slow_starter("a", diary))
    b = actor("b", lambda: slow_starter("b", diary))
    c = actor("c", lambda: slow_starter("c", diary))

    async with alive(a, b, c):
        pass

    assert ["a begins", "a is up", "b begins", "b is up", "c begins", "c is up"] == diary


async def test_a_supervisor_is_up_once_all_its_children_are(autojump_clock: MockClock):
    diary: list[str] = []
    inner = Supervisor("inner", actor("a", lambda: slow_starter("a", diary)))

    async with alive(inner, actor("b", lambda: slow_starter("b", diary))):
        pass

    assert ["a begins", "a is up", "b begins", "b is up"] == diary


async def test_a_task_that_is_not_up_yet_holds_back_those_after_it(autojump_clock: MockClock):
    births: list[float] = []

    async def serve(*, stopping: trio.Event, task_status: trio.TaskStatus[None]) -> None:
        await trio.sleep(3)
        task_status.started()
        await stopping.wait()

    with trio.fail_after(10):
        async with alive(Supervisor("all", task("first", serve), doer("second", births))):
            pass

    assert [pytest.approx(3)] == births


async def test_no_message_is_handled_before_the_lifespan_has_reached_its_yield(
    autojump_clock: MockClock,
):
    diary: list[str] = []
    gate = trio.Event()
    child = actor("host", lambda: Host(doing(waiting(gate), noting(diary, "yields"))))

    async with alive() as tree, trio.open_nursery() as nursery:
        nursery.start_soon(tree.start_child, child)
        await wait_all_tasks_blocked()
        child.ref.cast(Doer.do, noting(diary, "cast"))
        nursery.start_soon(ask, child.ref, noting(diary, "call"))
        await wait_all_tasks_blocked()
        gate.set()

    assert ["yields", "cast", "call"] == diary


async def test_a_failed_first_start_tears_down_what_is_up_and_fails_upward(
    autojump_clock: MockClock,
):
    diary: list[str] = []
    error = ValueError("no")
    bad = actor("c", lambda: Host(failing(error)))

    with pytest.raises(ValueError, match="no") as caught:
        async with alive(diarist("a", diary), diarist("b", diary), bad, diarist("d", diary)):
            diary.append("the block")

    assert (error, ["a up", "b up", "b down", "a down"]) == (caught.value, diary)


async def test_a_failed_start_fails_through_every_supervisor_above(autojump_clock: MockClock):
    diary: list[str] = []
    error = ValueError("no")
    bad = actor("bad", lambda: Host(failing(error)))
    inner = Supervisor("inner", Supervisor("innermost", diarist("b", diary), bad))

    with pytest.raises(ValueError, match="no") as caught, trio.fail_after(10):
        await run(Supervisor("root", diarist("a", diary), inner))

    assert (error, ["a up", "b up", "b down", "a down"]) == (caught.value, diary)


async def test_a_factory_that_fails_is_a_failed_start(autojump_clock: MockClock):
    diary: list[str] = []
    error = ValueError("no")

    def build() -> Doer:
        raise error

    with pytest.raises(ValueError, match="no") as caught:
        async with alive(diarist("a", diary), actor("bad", build)):
            diary.append("the block")

    assert (error, ["a up", "a down"]) == (caught.value, diary)


def starting_at(births: list[float], *starts: Work) -> Host:
    """A host whose nth life starts with the nth of these."""
    births.append(trio.current_time())
    return Host(starts[min(len(births), len(starts)) - 1])


async def test_a_failed_start_during_a_restart_counts_as_one_more_crash(autojump_clock: MockClock):
    births: list[float] = []
    bad = failing(ValueError("not again"))
    host = actor("host", lambda: starting_at(births, idle, bad, bad, idle))

    async with alive(host):
        host.ref.cast(Doer.do, failing(ValueError("first")))
        await host.ref.call(Doer.do, idle)

    assert [pytest.approx(0), pytest.approx(0), pytest.approx(0.1), pytest.approx(0.3)] == births


async def test_failed_starts_during_a_restart_use_up_the_patience(autojump_clock: MockClock):
    births: list[float] = []
    error = ValueError("not again")
    host = actor("host", lambda: starting_at(births, idle, failing(error)))

    with pytest.raises(GaveUp) as caught:
        async with alive(host, patience=Patience(restarts=2)):
            host.ref.cast(Doer.do, failing(ValueError("first")))
            await trio.sleep_forever()

    assert (3, error) == (len(births), caught.value.__cause__)


async def test_a_call_to_a_place_that_was_never_started_is_refused_at_once(
    autojump_clock: MockClock,
):
    child = doer()
    Supervisor("root", child)

    with trio.fail_after(1), pytest.raises(Unavailable):
        await child.ref.call(Doer.do, idle)


async def test_a_call_to_a_sibling_whose_start_has_not_begun_is_refused_at_once(
    autojump_clock: MockClock,
):
    caught: list[tuple[type[Exception], float]] = []
    later = doer("later")
    early = actor("early", lambda: Host(catching(caught, calling(later.ref))))

    async with alive(early, later):
        pass

    assert [(Unavailable, pytest.approx(0))] == caught


async def test_a_call_to_a_place_that_has_ended_for_good_is_refused_at_once(
    autojump_clock: MockClock,
):
    child = doer()

    async with alive(child) as tree:
        await tree.stop_child(child)

        with trio.fail_after(1), pytest.raises(Unavailable):
            await child.ref.call(Doer.do, idle)


async def test_a_call_to_a_place_that_is_starting_waits_in_its_mailbox(autojump_clock: MockClock):
    answers: list[object] = []
    gate = trio.Event()
    child = actor("host", lambda: Host(waiting(gate)))

    async with alive() as tree, trio.open_nursery() as nursery:
        nursery.start_soon(tree.start_child, child)
        await wait_all_tasks_blocked()
        nursery.start_soon(keep, answers, child.ref, echoing("hello"))
        await wait_all_tasks_blocked()
        gate.set()

    assert ["hello"] == answers


async def test_a_call_to_a_place_that_waits_for_its_restart_waits_in_its_mailbox(
    autojump_clock: MockClock,
):
    child = doer()

    async with alive(child):
        child.ref.cast(Doer.do, failing(ValueError("first, restarted at once")))
        child.ref.cast(Doer.do, failing(ValueError("second, restarted after 0.1 s")))
        await wait_all_tasks_blocked()
        answer = await child.ref.call(Doer.do, echoing("hello"))

        assert ("hello", pytest.approx(0.1)) == (answer, trio.current_time())


async def test_a_factory_that_gives_the_same_object_twice_is_an_error(autojump_clock: MockClock):
    the_only = Doer()
    child = actor("child", lambda: the_only)

    with pytest.raises(GaveUp) as caught:
        async with alive(child, patience=Patience(restarts=1)):
            child.ref.cast(Doer.do, failing(ValueError("next life, please")))
            await trio.sleep_forever()

    assert isinstance(caught.value.__cause__, RuntimeError)


async def test_two_places_cannot_be_filled_by_the_same_object(autojump_clock: MockClock):
    the_only = Host()

    with pytest.raises(RuntimeError):
        async with alive(actor("a", lambda: the_only), actor("b", lambda: the_only)):
            pass


def test_a_name_is_given_once_and_a_child_stands_in_one_place():
    child = doer("child")
    Supervisor("one", child)

    with pytest.raises(ValueError, match="twin"):
        Supervisor("two", doer("twin"), doer("twin"))
    with pytest.raises(ValueError, match="child"):
        Supervisor("three", child)


async def test_a_name_that_is_taken_is_refused_to_a_dynamic_child(autojump_clock: MockClock):
    async with alive(doer("twin")) as tree:
        with pytest.raises(ValueError, match="twin"):
            await tree.start_child(doer("twin"))


@pytest.mark.parametrize("is_up", [True, False])
async def test_a_child_that_is_declared_elsewhere_cannot_be_a_dynamic_child(
    is_up: bool, autojump_clock: MockClock
):
    child = doer("child")
    home, other = Supervisor("home", child), Supervisor("other")

    async with alive(home, other):
        if not is_up:
            await home.stop_child(child)
        with pytest.raises(ValueError, match="child"):
            await other.start_child(child)
