"""What a client gets: ids, problems, bodies, limits, deadlines, and a line in the log."""

import logging
from pathlib import Path

import pytest
import trio

from rdvd.ground.answers import Reply, Text
from rdvd.ground.etags import etag_of
from rdvd.ground.http import HttpSettings
from rdvd.ground.routes import Request, Routes

from .http_client import ask, ask_json, ask_on, assert_problem, connect
from .http_server import People, Thing, app_of, serving, small_routes


async def test_a_get_is_answered_with_what_the_handler_returned(tmp_path: Path) -> None:
    async with serving(app_of(small_routes()), tmp_path) as server:
        got = await ask(server.path, "GET", "/api/things/7")

    assert got.status == 200
    assert got.json == {"id": "7", "name": "a thing", "size": {"columns": 80, "rows": 24}}
    assert got.headers["content-type"] == "application/json"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["cache-control"] == "no-store"


async def test_success_without_content_is_never_an_empty_body(tmp_path: Path) -> None:
    async with serving(app_of(small_routes()), tmp_path) as server:
        got = await ask(server.path, "DELETE", "/api/things/7")

    assert (got.status, got.json) == (200, {"success": True})


async def test_head_is_get_without_the_body(tmp_path: Path) -> None:
    async with (
        serving(app_of(small_routes()), tmp_path) as server,
        await connect(server.path) as stream,
    ):
        await stream.send_all(
            b"HEAD /api/things/7 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        answer = b"".join([part async for part in stream])

    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("target", ["/api%2Fthings", "/api%2fthings/7", "/%2fapi/things/7?x=1"])
async def test_an_escaped_slash_is_no_separator(tmp_path: Path, target: str) -> None:
    async with serving(app_of(small_routes()), tmp_path) as server:
        got = await ask(server.path, "GET", target)
        question = await ask(server.path, "GET", "/api/things?tag=%2F")

    assert_problem(got, 404, "NOT_FOUND")
    assert question.status == 200


async def test_a_sane_request_id_is_echoed_and_another_is_replaced(tmp_path: Path) -> None:
    async with serving(app_of(small_routes()), tmp_path) as server:
        sane = await ask(server.path, "GET", "/x", headers={"X-Request-ID": "abc-1.2:3"})
        odd = await ask(server.path, "GET", "/x", headers={"X-Request-ID": "a b"})
        none = await ask(server.path, "GET", "/x")

    assert sane.headers["x-request-id"] == "abc-1.2:3"
    assert odd.headers["x-request-id"] != "a b"
    assert len(none.headers["x-request-id"]) == 36


async def test_a_foreign_origin_is_refused_before_anything_else(tmp_path: Path) -> None:
    people = People(left=0)
    app = app_of(small_routes(), people, HttpSettings(allowed_origins=frozenset({"https://me"})))
    async with serving(app, tmp_path) as server:
        nowhere = await ask(server.path, "GET", "/nowhere", headers={"Origin": "https://evil"})
        null = await ask(server.path, "GET", "/api/things/1", headers={"Origin": "null"})
        mine = await ask(server.path, "GET", "/api/things/1", headers={"Origin": "https://me"})

    assert_problem(nowhere, 403, "ORIGIN_REFUSED")
    assert_problem(null, 403, "ORIGIN_REFUSED")
    assert_problem(mine, 429, "RATE_LIMITED")


async def test_unknown_paths_and_methods_are_problems(tmp_path: Path) -> None:
    async with serving(app_of(small_routes()), tmp_path) as server:
        unknown = await ask(server.path, "GET", "/api/nothing")
        method = await ask(server.path, "PUT", "/api/things")
        options = await ask(server.path, "OPTIONS", "/api/things")

    assert_problem(unknown, 404, "NOT_FOUND")
    assert_problem(method, 405, "METHOD_NOT_ALLOWED")
    assert method.headers["allow"] == "GET, HEAD, POST"
    assert_problem(options, 405, "METHOD_NOT_ALLOWED")


async def test_an_odd_target_is_not_found(tmp_path: Path) -> None:
    async with serving(app_of(small_routes()), tmp_path) as server:
        for target in ("?", "*", "http://[", "x", "/%ff%00", "http://a?b"):
            got = await ask(server.path, "GET", target)
            assert_problem(got, 404, "NOT_FOUND")
        absolute = await ask(server.path, "GET", "http://rdvd/api/things/7")

    assert absolute.status == 200


async def test_a_wrong_body_is_refused_by_name_and_path(tmp_path: Path) -> None:
    wrong = {
        "$.colour": {"name": "a", "colour": 1},
        "$.name": {},
        "$.size.colums": {"name": "a", "size": {"columns": 1, "colums": 1}},
        "$.size.columns": {"name": "a", "size": {"columns": "1"}},
        "$.tags": {"name": "a", "tags": ["1", "2", "3", "4"]},
    }
    async with serving(app_of(small_routes()), tmp_path) as server:
        for path, body in wrong.items():
            got = await ask_json(server.path, "POST", "/api/things", body)
            assert_problem(got, 400, "BAD_REQUEST")
            assert got.json["path"] == path
            assert got.json["detail"].startswith(path)


async def test_a_body_must_be_json_and_say_so(tmp_path: Path) -> None:
    async with serving(app_of(small_routes()), tmp_path) as server:
        form = await ask(
            server.path, "POST", "/api/things", b"name=a", {"Content-Type": "text/plain"}
        )
        silent = await ask(server.path, "POST", "/api/things", b'{"name": "a"}')
        latin = await ask(
            server.path,
            "POST",
            "/api/things",
            b"{}",
            {"Content-Type": "application/json; charset=latin-1"},
        )
        deep = b'{"name":' + b"[" * 100_000
        broken = await ask(
            server.path, "POST", "/api/things", deep, {"Content-Type": "application/json"}
        )

    assert_problem(form, 415, "UNSUPPORTED_MEDIA_TYPE")
    assert_problem(silent, 415, "UNSUPPORTED_MEDIA_TYPE")
    assert_problem(latin, 415, "UNSUPPORTED_MEDIA_TYPE")
    assert_problem(broken, 400, "BAD_REQUEST")


async def test_a_body_over_the_limit_is_too_large(tmp_path: Path) -> None:
    app = app_of(small_routes(), settings=HttpSettings(body_limit=100))
    async with serving(app, tmp_path) as server:
        got = await ask_json(server.path, "POST", "/api/things", {"name": "a" * 100})

    assert_problem(got, 413, "TOO_LARGE")


async def test_a_query_becomes_what_the_route_declares(tmp_path: Path) -> None:
    async with serving(app_of(small_routes()), tmp_path) as server:
        some = await ask(server.path, "GET", "/api/things?limit=5&tag=a&tag=b&deep=true")
        wrong = await ask(server.path, "GET", "/api/things?limit=x")
        unknown = await ask(server.path, "GET", "/api/things?limits=5")
        twice = await ask(server.path, "GET", "/api/things?limit=5&limit=6")

    assert some.json == {"limit": 5, "tag": ["a", "b"], "deep": True}
    assert wrong.json["path"] == "$.limit"
    assert unknown.json["path"] == "$.limits"
    assert_problem(twice, 400, "BAD_REQUEST")


async def test_authentication_limits_and_authority_come_in_this_order(tmp_path: Path) -> None:
    people = People(left=1)
    async with serving(app_of(small_routes(), people), tmp_path) as server:
        nobody = await ask(
            server.path, "DELETE", "/api/things/1", headers={"Authorization": "Bearer eve"}
        )
        bob = {"Authorization": "Bearer bob"}
        forbidden = await ask(server.path, "DELETE", "/api/things/1", headers=bob)
        limited = await ask(server.path, "DELETE", "/api/things/1", headers=bob)

    assert_problem(nobody, 401, "UNAUTHENTICATED")
    assert nobody.headers["www-authenticate"] == "Bearer"
    assert_problem(forbidden, 403, "FORBIDDEN")
    assert forbidden.headers["ratelimit-remaining"] == "0"
    assert_problem(limited, 429, "RATE_LIMITED")
    assert limited.headers["retry-after"] == "3"


async def test_a_route_for_anyone_serves_whom_nobody_knows(tmp_path: Path) -> None:
    routes = Routes()

    @routes.route("GET", "/health", "Alive", who="anyone", category="")
    async def _(request: Request[None]) -> dict[str, bool]:
        return {"known": request.principal is not None}

    async with serving(app_of(routes), tmp_path) as server:
        known = await ask(server.path, "GET", "/health")
        unknown = await ask(server.path, "GET", "/health", headers={"Authorization": "Bearer eve"})

    assert (known.json, unknown.json) == ({"known": True}, {"known": False})


async def test_every_request_ends_in_one_line_without_its_query(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "rdvd.http")
    async with serving(app_of(small_routes()), tmp_path) as server:
        got = await ask(server.path, "GET", "/api/things/7?token=hunter2")

    (line,) = [record for record in caplog.records if record.message == "request"]
    found = vars(line)
    assert found["request_id"] == got.headers["x-request-id"]
    assert (found["method"], found["route"], found["path"]) == (
        "GET",
        "/api/things/<id>",
        "/api/things/7",
    )
    assert (found["status"], found["principal"]) == (200, "ann")
    assert found["bytes_out"] == len(got.body)
    assert found["peer_uid"] is not None
    assert "hunter2" not in str(found)


async def test_a_client_that_leaves_cancels_its_handler_and_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "rdvd.http")
    routes, began, cancelled = Routes(), trio.Event(), trio.Event()

    @routes.route("GET", "/wait", "Waits for ever")
    async def _(request: Request[None]) -> None:
        began.set()
        try:
            await trio.sleep_forever()
        finally:
            cancelled.set()

    app = app_of(routes)
    async with serving(app, tmp_path) as server:
        stream = await connect(server.path)
        await stream.send_all(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
        await began.wait()
        assert app.traffic.in_flight == 1
        await stream.aclose()
        await cancelled.wait()

    assert app.traffic.in_flight == 0
    assert [vars(each)["status"] for each in caplog.records if each.message == "request"] == [499]


async def test_traffic_is_counted_by_route_and_status(tmp_path: Path) -> None:
    app = app_of(small_routes())
    async with serving(app, tmp_path) as server:
        await ask(server.path, "GET", "/api/things/7")
        await ask(server.path, "GET", "/api/things/8")
        await ask(server.path, "GET", "/nowhere")

    counted = {(key.route, key.status): one.count for key, one in app.traffic.latencies.items()}
    assert counted == {("GET /api/things/<id>", 200): 2, ("", 404): 1}


async def test_an_etag_answers_304_and_guards_a_change(tmp_path: Path) -> None:
    routes, thing = Routes(), Thing("1", "a")

    @routes.route("GET", "/thing", "It", response=Thing)
    async def _(request: Request[None]) -> Reply:
        return Reply(thing, etag=etag_of(thing))

    @routes.route("PUT", "/thing", "Change it")
    async def _(request: Request[None]) -> None:
        request.check_if_match(etag_of(thing))

    async with serving(app_of(routes), tmp_path) as server, await connect(server.path) as stream:
        etag = (await ask_on(stream, "GET", "/thing")).headers["etag"]
        same = await ask_on(stream, "GET", "/thing", headers={"If-None-Match": etag})
        mine = await ask_on(stream, "PUT", "/thing", headers={"If-Match": etag})
        late = await ask_on(stream, "PUT", "/thing", headers={"If-Match": '"old"'})

    assert (same.status, same.body) == (304, b"")
    assert mine.status == 200
    assert_problem(late, 412, "PRECONDITION_FAILED")


async def test_a_handler_may_answer_with_text(tmp_path: Path) -> None:
    routes = Routes()

    @routes.route("GET", "/metrics", "Numbers", response_type="text/plain")
    async def _(request: Request[None]) -> Text:
        return Text("up 1\n")

    async with serving(app_of(routes), tmp_path) as server:
        got = await ask(server.path, "GET", "/metrics")

    assert (got.body, got.headers["content-type"]) == (b"up 1\n", "text/plain; charset=utf-8")
