"""Asked twice, done once, answered the same."""

from pathlib import Path

import pytest
import trio
import trio.testing
from attrs import frozen

from rdvd.ground.answers import Answer
from rdvd.ground.errors import Conflict, Limited
from rdvd.ground.idempotency import KEPT_FOR_MS, AnswersInMemory, Key
from rdvd.ground.routes import Request, Routes

from .http_client import ask, ask_json, assert_problem, connect
from .http_server import app_of, serving

ONE = {"Idempotency-Key": "one"}


@frozen
class Amount:
    amount: int


def counting_routes(done: list[int]) -> Routes:
    routes = Routes()

    @routes.route("POST", "/add", "Add", request=Amount, status=201)
    async def _(request: Request[Amount]) -> dict[str, int]:
        done.append(request.body.amount)
        if request.body.amount < 0:
            raise Conflict("negative")
        if request.body.amount > 100:
            raise ZeroDivisionError
        return {"total": sum(done)}

    return routes


async def test_the_same_answer_is_replayed_and_nothing_done_again(tmp_path: Path) -> None:
    done = list[int]()
    async with serving(app_of(counting_routes(done)), tmp_path) as server:
        first = await ask_json(server.path, "POST", "/add", {"amount": 5}, ONE)
        again = await ask_json(server.path, "POST", "/add", {"amount": 5}, ONE)

    assert done == [5]
    assert (again.status, again.body) == (first.status, first.body) == (201, b'{"total":5}')
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["x-request-id"] != first.headers["x-request-id"]


async def test_a_refusal_of_the_handler_is_replayed_too(tmp_path: Path) -> None:
    done = list[int]()
    async with serving(app_of(counting_routes(done)), tmp_path) as server:
        first = await ask_json(server.path, "POST", "/add", {"amount": -5}, ONE)
        again = await ask_json(server.path, "POST", "/add", {"amount": -5}, ONE)

    assert done == [-5]
    assert first.status == again.status == 409
    assert first.body == again.body


async def test_another_body_with_the_same_key_is_a_conflict(tmp_path: Path) -> None:
    done = list[int]()
    async with serving(app_of(counting_routes(done)), tmp_path) as server:
        await ask_json(server.path, "POST", "/add", {"amount": 5}, ONE)
        other = await ask_json(server.path, "POST", "/add", {"amount": 6}, ONE)

    assert done == [5]
    assert_problem(other, 409, "KEY_REUSED")


async def test_after_a_crash_it_is_in_doubt_and_not_done_again(tmp_path: Path) -> None:
    done = list[int]()
    async with serving(app_of(counting_routes(done)), tmp_path) as server:
        first = await ask_json(server.path, "POST", "/add", {"amount": 101}, ONE)
        again = await ask_json(server.path, "POST", "/add", {"amount": 101}, ONE)
        other = await ask_json(server.path, "POST", "/add", {"amount": 102}, ONE)

    assert_problem(first, 500, "INTERNAL")
    assert_problem(again, 409, "IN_DOUBT")
    assert_problem(other, 409, "KEY_REUSED")
    assert done == [101]


async def test_after_its_deadline_it_is_in_doubt_and_not_done_again(tmp_path: Path) -> None:
    routes, begun = Routes(), list[str]()

    @routes.route("POST", "/for-ever", "For ever")
    async def _(request: Request[None]) -> None:
        begun.append(request.id)
        await trio.sleep_forever()

    soon = {**ONE, "X-RDV-Deadline-Ms": "20"}
    async with serving(app_of(routes), tmp_path) as server:
        first = await ask(server.path, "POST", "/for-ever", b"", soon)
        again = await ask(server.path, "POST", "/for-ever", b"", ONE)

    assert_problem(first, 504, "DEADLINE_EXCEEDED")
    assert_problem(again, 409, "IN_DOUBT")
    assert len(begun) == 1


async def test_a_key_belongs_to_who_used_it(tmp_path: Path) -> None:
    done, bob = list[int](), {**ONE, "Authorization": "Bearer bob"}
    async with serving(app_of(counting_routes(done)), tmp_path) as server:
        await ask_json(server.path, "POST", "/add", {"amount": 5}, ONE)
        got = await ask_json(server.path, "POST", "/add", {"amount": 5}, bob)

    assert got.json == {"total": 10}


async def test_an_odd_key_is_refused(tmp_path: Path) -> None:
    async with serving(app_of(counting_routes([])), tmp_path) as server:
        for key in ("x" * 256, "a\tb"):
            odd = {"Idempotency-Key": key}
            assert_problem(
                await ask_json(server.path, "POST", "/add", {"amount": 1}, odd), 400, "BAD_REQUEST"
            )


async def test_while_the_first_is_in_flight_a_second_is_a_conflict(tmp_path: Path) -> None:
    """And a client that leaves does not undo what it asked for."""
    routes, began, may_end = Routes(), trio.Event(), trio.Event()
    done = list[str]()

    @routes.route("POST", "/slow", "Slow")
    async def _(request: Request[None]) -> dict[str, str]:
        began.set()
        await may_end.wait()
        done.append(request.id)
        return {"id": request.id}

    head = b"POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nIdempotency-Key: one\r\n"
    app = app_of(routes)
    async with serving(app, tmp_path) as server:
        async with await connect(server.path) as stream:
            await stream.send_all(head + b"X-Request-ID: first\r\n\r\n")
            await began.wait()
        early = await ask(server.path, "POST", "/slow", b"", ONE)
        may_end.set()
        await trio.testing.wait_all_tasks_blocked(0.01)
        late = await ask(server.path, "POST", "/slow", b"", ONE)

    assert_problem(early, 409, "KEY_IN_FLIGHT")
    assert late.json == {"id": "first"}
    assert done == ["first"]


ANSWER = Answer(200, b"12345", {})


def key(name: str) -> Key:
    return Key("ann", "POST /x", name)


async def keep(kept: AnswersInMemory, name: str) -> None:
    assert await kept.begin(key(name), b"f") is None
    await kept.finish(key(name), ANSWER)


async def test_the_oldest_answers_make_room() -> None:
    kept = AnswersInMemory(limit=2)
    for name in "abc":
        await keep(kept, name)

    assert await kept.begin(key("c"), b"f") == ANSWER
    assert await kept.begin(key("a"), b"f") is None


async def test_the_bytes_of_kept_answers_are_bounded() -> None:
    kept = AnswersInMemory(byte_limit=12)
    for name in "abc":
        await keep(kept, name)

    assert await kept.begin(key("b"), b"f") == ANSWER
    assert await kept.begin(key("a"), b"f") is None


async def test_what_is_in_flight_is_never_dropped() -> None:
    kept = AnswersInMemory(limit=1)
    await kept.begin(key("a"), b"f")

    with pytest.raises(Limited):
        await kept.begin(key("b"), b"f")
    with pytest.raises(Conflict):
        await kept.begin(key("a"), b"f")


async def test_an_answer_is_kept_for_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000_000
    monkeypatch.setattr("rdvd.ground.idempotency.now_ms", lambda: now)
    kept = AnswersInMemory()
    await keep(kept, "a")

    now += KEPT_FOR_MS - 1
    assert await kept.begin(key("a"), b"f") == ANSWER
    now += 1
    assert await kept.begin(key("a"), b"f") is None
