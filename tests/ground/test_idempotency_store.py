"""What a key promises holds over a restart, however the daemon ended."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
from attrs import define, field

from rdvd.ground.answers import Answer, Reply
from rdvd.ground.errors import Conflict
from rdvd.ground.idempotency import KEPT_FOR_MS, Key, fingerprint_of
from rdvd.ground.idempotency_store import (
    LONGEST_BODY,
    MIGRATIONS,
    MOST_ROWS,
    AnswersInStore,
    begin,
    finish,
    purge,
)
from rdvd.ground.routes import Request, Routes
from rdvd.ground.store import Store, digest_of, open_store

from .http_client import Got, ask, assert_problem
from .http_server import Running, app_of, serving

ONE = {"Idempotency-Key": "one"}
KEY = Key("ann", "POST /x", "one")


@define
class Shop:
    """Does what it is asked to, and remembers over all lives of the daemon what it has done."""

    done: list[str] = field(factory=list[str])
    begun: trio.Event = field(factory=trio.Event)

    def routes(self) -> Routes:
        routes = Routes()

        @routes.route("POST", "/buy/<thing>", "Buy", status=201)
        async def _(request: Request[None]) -> object:
            thing = request.path["thing"]
            self.done.append(thing)
            match thing:
                case "secret":
                    return Reply({"token": "x"}, headers={"Cache-Control": "no-store"})
                case "token":
                    return {"said": "Authorization: Bearer rdv_api_" + "A1" * 24}
                case "much":
                    return {"much": "x" * LONGEST_BODY}
                case "nothing":
                    raise Conflict("sold out", code="SOLD_OUT")
                case "forever":
                    self.begun.set()
                    return await trio.sleep_forever()
                case _:
                    return Reply({"bought": thing}, etag='"1"')

        return routes

    @asynccontextmanager
    async def life(self, home: Path) -> AsyncGenerator[Running]:
        """One life of a daemon, ended without any grace."""
        async with open_store(home / "sqlite.db", [MIGRATIONS]) as store:
            app = app_of(self.routes(), kept=AnswersInStore(store))
            async with serving(app, home, grace=0) as server:
                yield server
        (home / "api.sock").unlink()


async def buy(server: Running, thing: str) -> Got:
    return await ask(server.path, "POST", f"/buy/{thing}", b"", ONE)


def test_released_migrations_are_not_edited() -> None:
    assert digest_of(MIGRATIONS) == {"m001_kept_answers": "3c6b4584c510b4e2"}


@pytest.mark.parametrize(("thing", "status"), [("bread", 201), ("nothing", 409)])
async def test_after_a_restart_the_answer_is_the_same(
    thing: str, status: int, tmp_path: Path
) -> None:
    shop = Shop()
    async with shop.life(tmp_path) as server:
        first = await buy(server, thing)
    async with shop.life(tmp_path) as server:
        again = await buy(server, thing)
        other = await buy(server, "butter")

    assert shop.done == [thing]
    assert (again.status, again.body) == (first.status, first.body)
    assert again.status == status
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers.get("etag") == first.headers.get("etag")
    assert_problem(other, 409, "KEY_REUSED")


async def test_what_was_cut_off_is_in_doubt_and_not_done_again(tmp_path: Path) -> None:
    shop = Shop()
    async with shop.life(tmp_path) as server, trio.open_nursery() as nursery:
        nursery.start_soon(buy, server, "forever")
        await shop.begun.wait()
        nursery.cancel_scope.cancel()
    async with shop.life(tmp_path) as server:
        again = await buy(server, "forever")

    assert shop.done == ["forever"]
    assert_problem(again, 409, "IN_DOUBT")
    assert "new key" in again.json["detail"]


async def test_what_had_not_begun_is_carried_out(tmp_path: Path) -> None:
    """An act begins when its row is on the disk; a store that is closed takes no row."""
    async with open_store(tmp_path / "sqlite.db", [MIGRATIONS]) as store:
        with trio.CancelScope() as scope:
            scope.cancel()
            await AnswersInStore(store).begin(KEY, b"f")
    async with open_store(tmp_path / "sqlite.db", [MIGRATIONS]) as store:
        assert await AnswersInStore(store).begin(KEY, b"f") is None


async def test_who_was_cancelled_before_it_began_may_try_again_at_once(tmp_path: Path) -> None:
    async with open_store(tmp_path / "sqlite.db", [MIGRATIONS]) as store:
        kept = AnswersInStore(store)
        with trio.CancelScope() as scope:
            scope.cancel()
            await kept.begin(KEY, b"f")
        assert await kept.begin(KEY, b"f") is None


@pytest.mark.parametrize("thing", ["secret", "token", "much"])
async def test_what_may_not_be_written_is_replayed_until_the_daemon_ends(
    thing: str, tmp_path: Path
) -> None:
    shop = Shop()
    async with shop.life(tmp_path) as server:
        first = await buy(server, thing)
        again = await buy(server, thing)
    async with shop.life(tmp_path) as server:
        late = await buy(server, thing)

    assert shop.done == [thing]
    assert again.body == first.body
    assert_problem(late, 409, "ANSWER_NOT_KEPT")
    assert "201" in late.json["detail"]
    assert b"rdv_api_" not in (tmp_path / "sqlite.db").read_bytes()


async def test_an_act_whose_client_has_left_is_done_once_and_its_answer_kept(
    tmp_path: Path,
) -> None:
    routes, begun, may_end, done = Routes(), trio.Event(), trio.Event(), list[str]()

    @routes.route("POST", "/slow", "Slow")
    async def _(request: Request[None]) -> dict[str, str]:
        begun.set()
        await may_end.wait()
        done.append(request.id)
        return {"id": request.id}

    async with open_store(tmp_path / "sqlite.db", [MIGRATIONS]) as store:
        async with serving(app_of(routes, kept=AnswersInStore(store)), tmp_path) as server:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(ask, server.path, "POST", "/slow", b"", ONE)
                await begun.wait()
                nursery.cancel_scope.cancel()
            may_end.set()
        after_a_restart = AnswersInStore(store)
        key, sign = Key("ann", "POST /slow", "one"), fingerprint_of("/slow?", b"")
        kept = await after_a_restart.begin(key, sign)

    assert len(done) == 1
    assert kept is not None
    assert kept.body == f'{{"id":"{done[0]}"}}'.encode()


async def test_an_answer_is_kept_for_a_day(tmp_path: Path) -> None:
    async with open_store(tmp_path / "sqlite.db", [MIGRATIONS]) as store:
        key = bytes(32)
        assert await store.write(begin, key, b"f", 0) is None
        await store.write(finish, key, Answer(201, b"{}", {}))
        assert await store.write(purge, KEPT_FOR_MS - 1) == 0
        assert await store.write(begin, key, b"f", KEPT_FOR_MS - 1) is not None
        assert await store.write(begin, key, b"f", KEPT_FOR_MS) is None
        assert await store.write(purge, 2 * KEPT_FOR_MS) == 1


async def test_the_oldest_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rdvd.ground.idempotency_store.MOST_ROWS", 3)
    async with open_store(tmp_path / "sqlite.db", [MIGRATIONS]) as store:
        for number in range(5):
            await store.write(begin, bytes([number]) * 32, b"f", 0)
        left = await _keys(store)

    assert left == [2, 3, 4]
    assert MOST_ROWS > 1_000


async def _keys(store: Store) -> list[int]:
    rows = await store.read(lambda db: db.execute("SELECT key FROM kept_answers").fetchall())
    return sorted(key[0] for (key,) in rows)
