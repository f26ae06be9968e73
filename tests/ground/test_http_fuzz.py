"""Thousands of requests that nobody would send: no 500, no hang, nothing left behind."""

import json
import logging
from contextlib import suppress
from pathlib import Path
from typing import Any

import h11
import pytest
import trio
import trio.testing
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from rdvd.ground.http import App
from rdvd.ground.json import encode
from rdvd.ground.openapi import description_routes
from rdvd.ground.serve import ServeLimits

from .http_client import connect, read_to_the_end
from .http_server import NewThing, Size, app_of, descriptors, serving, small_routes

WARM_UP, SECONDS = 0.5, 4.0
A_HANG = 3.0
FEWEST = 500  # thousands, where nobody else is at work
EVERYWHERE = {200, 201, 400, 401, 403, 404, 405}
A_BUSY_MACHINE = 45.0  # is given time until that many were shot, and came everywhere
A_VOLLEY = 20

methods = st.sampled_from(
    ["GET", "POST", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT"]
)
words = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=12)
targets = st.sampled_from(
    ["/api/things", "/api/things/1", "/api/things?limit=5", "/openapi.json", "/docs", "*", "/"]
) | st.builds("/api/things{}{}".format, st.sampled_from(["", "/", "?", "?limit=", "?tag="]), words)
members = st.sampled_from(["name", "size", "columns", "rows", "tags", "steps", "type", "x"])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(members, inner, max_size=4),
    max_leaves=8,
)
good = st.builds(
    NewThing,
    st.text(min_size=1, max_size=20),
    st.none() | st.builds(Size, st.integers(1, 1000)),
    st.lists(words, max_size=3),
).map(encode)
bodies = (
    good | st.none() | st.binary(max_size=40) | values.map(lambda value: json.dumps(value).encode())
)
header_values = st.one_of(
    words,
    st.sampled_from(
        ["application/json", "text/plain", "application/json; charset=x", "close", "keep-alive",
         "upgrade", "websocket", "h2c", "100-continue", "*", "Bearer ann", "Bearer bob", "", "0"]
    ),
)  # fmt: skip
header_names = st.sampled_from(
    ["Content-Type", "Authorization", "Connection", "Upgrade", "Expect", "Host", "Origin",
     "Idempotency-Key", "If-None-Match", "If-Match", "X-Request-ID", "X-RDV-Deadline-Ms", "Cookie",
     "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Accept", "Transfer-Encoding", "Range", "X-Odd"]
)  # fmt: skip
headers = st.lists(st.tuples(header_names, header_values), max_size=5)


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    target, method, body = draw(targets | targets | words), draw(methods), draw(bodies)
    lines = [f"{method} {target} HTTP/{draw(st.sampled_from(['1.1', '1.1', '1.0', '2.0']))}"]
    lines += [f"{name}: {value}" for name, value in draw(headers)]
    if draw(st.integers(0, 19)):  # mostly, or each would be waited for until it is idle
        lines.append("Connection: close")
    if draw(st.integers(0, 9)):
        lines.append("Host: rdvd")
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
        lines.append("Content-Type: application/json")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + (body or b"")


class TimeIsUp(Exception):
    """Enough was shot."""


def assert_it_is_no_fault_of_ours(sent: bytes, got: bytes) -> None:
    """Whatever came is HTTP, and no status is an error of ours."""
    if not got:
        return
    client = h11.Connection(h11.CLIENT)
    method = sent.split(b" ", 1)[0]
    client.send(h11.Request(method=method, target="/", headers=[("Host", "rdvd")]))
    client.receive_data(got)
    client.receive_data(b"")
    answer: Any = client.next_event()
    while isinstance(answer, h11.InformationalResponse):
        if answer.status_code == 101:
            return
        answer = client.next_event()
    if isinstance(answer, h11.Response):
        assert answer.status_code not in (500, 502, 503), (sent, got)
        assert answer.status_code != 504 or b"deadline" in sent.lower(), (sent, got)


async def shoot(path: Path, sent: bytes) -> None:
    async with await connect(path) as stream:
        got = b""
        with trio.fail_after(A_HANG):
            try:
                await stream.send_all(sent)
                got = await read_to_the_end(stream)
            except trio.BrokenResourceError:
                pass  # cut off in the middle of what is no HTTP
        assert_it_is_no_fault_of_ours(sent, got)


async def shoot_all(path: Path, volley: list[bytes]) -> None:
    async with trio.open_nursery() as nursery:
        for sent in volley:
            nursery.start_soon(shoot, path, sent)


def shoot_for(seconds: float, path: Path) -> int:
    """From a thread: Hypothesis cannot wait."""
    shot, until = 0, trio.from_thread.run_sync(trio.current_time) + seconds

    @settings(
        max_examples=1_000_000,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(st.lists(requests(), min_size=A_VOLLEY, max_size=A_VOLLEY))
    def volleys(volley: list[bytes]) -> None:
        nonlocal shot
        if trio.from_thread.run_sync(trio.current_time) > until:
            raise TimeIsUp
        trio.from_thread.run(shoot_all, path, volley)
        shot += len(volley)

    with suppress(TimeIsUp):
        volleys()
    return shot


async def test_no_request_makes_it_fail_or_hang(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    routes = small_routes()
    app = app_of(routes + description_routes(routes, title="rdvd", version="1"))
    async with serving(app, tmp_path, a_hang=60, limits=ServeLimits(idle=0.02)) as server:
        await trio.to_thread.run_sync(shoot_for, WARM_UP, server.path)
        before = descriptors()
        shot = await trio.to_thread.run_sync(shoot_for, SECONDS, server.path)
        with trio.fail_after(A_BUSY_MACHINE):
            while shot < FEWEST or not statuses_of(app) >= EVERYWHERE:
                shot += await trio.to_thread.run_sync(shoot_for, WARM_UP, server.path)
        await trio.testing.wait_all_tasks_blocked(0.05)
        assert descriptors() <= before

    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def statuses_of(app: App) -> set[int]:
    return {series.status for series in app.traffic.latencies}
