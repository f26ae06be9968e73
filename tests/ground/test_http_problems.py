"""What a client is told when a handler fails, or takes too long."""

from pathlib import Path

import pytest
import trio

from actors import CallCycle, Unavailable
from rdvd.ground.errors import Conflict, Limited, StorageFull
from rdvd.ground.http import HttpSettings
from rdvd.ground.routes import Request, Routes

from .http_client import ask, assert_problem
from .http_server import app_of, serving

ERRORS = {
    "conflict": (Conflict("it is so", lost=["a.txt"]), 409, "CONFLICT"),
    "full": (StorageFull("no room"), 507, "STORAGE_FULL"),
    "limited": (Limited("later", retry_after=0.1), 429, "RATE_LIMITED"),
    "unavailable": (Unavailable("secret"), 503, "UNAVAILABLE"),
    "slow": (trio.TooSlowError("secret"), 504, "DEADLINE_EXCEEDED"),
    "cycle": (CallCycle("secret"), 500, "INTERNAL"),
    "bug": (ZeroDivisionError("secret"), 500, "INTERNAL"),
    "grouped": (ExceptionGroup("g", [Conflict("it is so", lost=["a.txt"])]), 409, "CONFLICT"),
    "mixed": (ExceptionGroup("g", [Conflict("c"), KeyError("secret")]), 500, "INTERNAL"),
}


def failing_routes() -> Routes:
    routes = Routes()

    @routes.route("GET", "/fail/<how>", "Fails")
    async def _(request: Request[None]) -> None:
        raise ERRORS[request.path["how"]][0]

    @routes.route("GET", "/wait", "Waits for ever")
    async def _(request: Request[None]) -> None:
        await trio.sleep_forever()

    return routes


@pytest.mark.parametrize("how", ERRORS)
async def test_whatever_a_handler_raises_becomes_a_problem(
    how: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _, status, code = ERRORS[how]
    async with serving(app_of(failing_routes()), tmp_path) as server:
        got = await ask(server.path, "GET", f"/fail/{how}")

    failures = [record for record in caplog.records if record.message == "request_failed"]
    assert_problem(got, status, code)
    assert b"secret" not in got.body
    assert [getattr(each, "request_id", "") for each in failures] == (
        [got.headers["x-request-id"]] if status == 500 else []
    )
    assert all(each.exc_info for each in failures)
    assert ("retry-after" in got.headers) == (status in (429, 503))
    assert got.json.get("lost") == (["a.txt"] if status == 409 else None)


async def test_a_handler_without_end_meets_its_deadline(tmp_path: Path) -> None:
    app = app_of(failing_routes(), settings=HttpSettings(deadline=0.05))
    async with serving(app, tmp_path) as server:
        own = await ask(server.path, "GET", "/wait")
        raised = await ask(server.path, "GET", "/wait", headers={"X-RDV-Deadline-Ms": "9999999"})
        wrong = await ask(server.path, "GET", "/wait", headers={"X-RDV-Deadline-Ms": "-1"})

    assert_problem(own, 504, "DEADLINE_EXCEEDED")
    assert_problem(raised, 504, "DEADLINE_EXCEEDED")
    assert_problem(wrong, 400, "BAD_REQUEST")


async def test_a_client_may_lower_the_deadline(tmp_path: Path) -> None:
    async with serving(app_of(failing_routes()), tmp_path) as server:
        got = await ask(server.path, "GET", "/wait", headers={"X-RDV-Deadline-Ms": "30"})

    assert_problem(got, 504, "DEADLINE_EXCEEDED")
