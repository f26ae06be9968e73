"""For each live setting: what the daemon does before and after a SIGHUP. Not what it remembers."""

import json
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import trio
import trio.testing
from attrs import frozen

from rdvd.config import load
from rdvd.ground.places import Places
from rdvd.limits import Category, Guard, TooOften
from rdvd.reload import limit_settings

from .house import READY, House, house

SOON = 3  # seconds; far less than any default that is waited for if the setting is not taken up
DAY_MS = 24 * 3600 * 1000
WRONG = {"Authorization": f"Bearer rdv_api_{'a' * 49}"}
LOG = logging.getLogger("tests.reload")

Proof = Callable[[House], Awaitable[None]]


@frozen
class Proven:
    proof: Proof
    at_first: str  # what is in the file when the daemon starts
    prepare: Callable[[Path], Awaitable[None]] | None


PROOFS: dict[str, Proven] = {}


def proves(
    key: str, at_first: str = "", prepare: Callable[[Path], Awaitable[None]] | None = None
) -> Callable[[Proof], Proof]:
    def enter(proof: Proof) -> Proof:
        assert key not in PROOFS
        PROOFS[key] = Proven(proof, at_first, prepare)
        return proof

    return enter


@proves("server.log_level")
async def a_request_is_logged_until_only_errors_are(daemon: House) -> None:
    await daemon.get("/api/user?before")
    assert any("/api/user" in line for line in await daemon.logged())
    assert await daemon.hang_up("[server]\nlog_level = 'error'") == READY
    lines = len(await daemon.logged())
    await daemon.get("/api/user")

    assert (await daemon.logged())[lines:] == []


@proves("server.log_format")
async def a_line_for_people_becomes_one_for_programs(daemon: House) -> None:
    LOG.info("before")
    (before,) = [line for line in await daemon.logged() if "before" in line]
    await daemon.hang_up("[server]\nlog_format = 'json'")
    LOG.info("after")
    (after,) = [line for line in await daemon.logged() if "after" in line]

    assert before.endswith("INFO tests.reload: before")
    assert json.loads(after)["event"] == "after"


@proves("server.log_max_bytes")
async def the_log_file_is_set_aside_earlier(daemon: House) -> None:
    await fill_log(daemon, bytes_=15_000)
    assert older_logs(daemon) == []
    await daemon.hang_up("[server]\nlog_max_bytes = 10000")
    await fill_log(daemon, bytes_=1_000)

    assert older_logs(daemon) == ["server.log.1"]


@proves("server.log_files", at_first="[server]\nlog_max_bytes = 10000")
async def fewer_log_files_are_kept_and_the_others_go(daemon: House) -> None:
    await fill_log(daemon, bytes_=60_000)
    assert older_logs(daemon) == [f"server.log.{number}" for number in (1, 2, 3, 4)]
    await daemon.hang_up("[server]\nlog_max_bytes = 10000\nlog_files = 2")
    await fill_log(daemon, bytes_=10_000)

    assert older_logs(daemon) == ["server.log.1"]


@proves("server.drain_seconds")
async def a_stop_waits_less_long_for_a_request_that_hangs(daemon: House) -> None:
    async with await daemon.stall():
        assert (await daemon.get("/health")).status == 200  # so the one that hangs has been let in
        await daemon.hang_up("[server]\ndrain_seconds = 0.1")
        daemon.root.stop()
        with trio.fail_after(SOON):
            await daemon.stopped.wait()


@proves("server.max_connections", at_first="[server]\nmax_connections = 4")
async def who_waits_for_room_is_let_in_when_there_is_more(daemon: House) -> None:
    """Half of them on each socket."""
    stalled = [await daemon.stall() for _ in range(2)]
    silent = [await trio.open_unix_socket(str(daemon.places.terminal_socket)) for _ in range(2)]
    answered: list[int] = []

    async def wait_at(ask: Callable[[], Awaitable[int]]) -> None:
        answered.append(await ask())

    with trio.fail_after(SOON):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(wait_at, daemon.ask_health)
            nursery.start_soon(wait_at, daemon.knock)
            await trio.testing.wait_all_tasks_blocked(0.05)
            assert answered == []
            await daemon.hang_up("[server]\nmax_connections = 6")
    for stream in stalled + silent:
        await stream.aclose()

    assert sorted(answered) == [101, 200]


@proves("server.request_timeout_seconds")
async def a_request_that_hangs_is_given_up_sooner(daemon: House) -> None:
    await daemon.hang_up("[server]\nrequest_timeout_seconds = 0.1")
    async with await daemon.stall() as stream:
        with trio.fail_after(SOON):
            answer = await stream.receive_some()

    assert answer.startswith(b"HTTP/1.1 504")


@proves("server.max_body_bytes")
async def a_body_becomes_too_large(daemon: House) -> None:
    order = {"name": "laptop" + " " * 2_000}
    assert (await daemon.post("/api/tokens", order)).status == 400  # the name, not the body
    await daemon.hang_up("[server]\nmax_body_bytes = 1024")

    assert (await daemon.post("/api/tokens", order)).status == 413


@proves("server.allowed_origins")
async def a_web_page_is_let_in_and_put_out_again(daemon: House) -> None:
    page = {"Origin": "https://me.example"}

    async def answers() -> tuple[int, int]:
        return (await daemon.get("/health", **page)).status, await daemon.knock(**page)

    before = await answers()
    await daemon.hang_up("[server]\nallowed_origins = ['https://me.example']")
    during = await answers()
    await daemon.hang_up("")

    assert (before, during, await answers()) == ((403, 403), (200, 101), (403, 403))


async def leave_an_old_service_token(home: Path) -> None:
    async with house(home):
        pass
    with closing(sqlite3.connect(home / "sqlite.db")) as database:
        database.execute("UPDATE tokens SET created = created - ?", (5 * DAY_MS,))
        database.commit()


@proves("auth.token_rotation_days", prepare=leave_an_old_service_token)
async def a_service_token_that_is_too_old_by_now_is_renewed(daemon: House) -> None:
    before = daemon.places.service_token.read_text()
    await daemon.hang_up("[auth]\ntoken_rotation_days = 6")
    assert daemon.places.service_token.read_text() == before
    await daemon.hang_up("[auth]\ntoken_rotation_days = 4")

    assert daemon.places.service_token.read_text() != before


@proves("limits.reads_per_minute")
async def reads_are_refused_sooner(daemon: House) -> None:
    assert [(await daemon.get("/api/user")).status for _ in range(3)] == [200] * 3
    await daemon.hang_up("[limits]\nreads_per_minute = 2")

    assert 429 in [(await daemon.get("/api/user")).status for _ in range(3)]


@proves("limits.writes_per_minute")
async def writes_are_refused_sooner(daemon: House) -> None:
    order = {"name": "a"}
    assert [(await daemon.post("/api/tokens", order)).status for _ in range(3)] == [201] * 3
    await daemon.hang_up("[limits]\nwrites_per_minute = 2")

    assert 429 in [(await daemon.post("/api/tokens", order)).status for _ in range(3)]


@proves("limits.auth_failures_per_minute")
async def fewer_wrong_tokens_may_be_tried(daemon: House) -> None:
    assert [(await daemon.get("/api/user", **WRONG)).status for _ in range(2)] == [401] * 2
    await daemon.hang_up("[limits]\nauth_failures_per_minute = 1")

    assert (await daemon.get("/api/user", **WRONG)).status == 429


@proves("limits.auth_backoff_max_seconds", at_first="[limits]\nauth_failures_per_minute = 1")
async def who_has_failed_waits_no_longer_than_the_longest(daemon: House) -> None:
    await daemon.hang_up(
        "[limits]\nauth_failures_per_minute = 1\nauth_backoff_max_seconds = 2\n"
    )  # one a minute would else mean a lock of a minute
    answers = [await daemon.get("/api/user", **WRONG) for _ in range(2)]

    assert answers[-1].status == 429
    assert int(answers[-1].headers["retry-after"]) <= 2


@proves("limits.exec_per_minute")
async def commands_are_refused_sooner(daemon: House) -> None:
    prove_at_the_guard(daemon.places, "exec_per_minute", "exec")


@proves("limits.agent_events_per_minute")
async def reports_of_agents_are_refused_sooner(daemon: House) -> None:
    prove_at_the_guard(daemon.places, "agent_events_per_minute", "agent_event")


def prove_at_the_guard(places: Places, name: str, category: Category) -> None:
    """No route has these categories yet: asked is who refuses, which the proofs above reach."""
    guard = Guard(limit_settings(load(places, {})))
    assert how_many_of(guard, "before", category) == 10
    places.server_config_file.write_text(f"[limits]\n{name} = 2")
    guard.take(limit_settings(load(places, {})))

    assert how_many_of(guard, "after", category) == 2


def how_many_of(guard: Guard, who: str, category: Category) -> int:
    for number in range(10):
        try:
            guard.check(who, category)
        except TooOften:
            return number
    return 10


async def fill_log(daemon: House, bytes_: int) -> None:
    for _ in range(bytes_ // 500):
        LOG.info("x" * 500)
    await daemon.logged()


def older_logs(daemon: House) -> list[str]:
    return sorted(path.name for path in daemon.places.server.glob("server.log.*"))
