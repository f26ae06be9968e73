"""The daemon as its clients know it: right requests, wrong ones, and what the answers say."""

import re
from pathlib import Path

import pytest
import trio
from openapi_spec_validator import validate

from rdvd import VERSION

from .daemons import Daemon, living, rdv

PLACES = [
    "news", "audit", "auth", "trash", "worktrees", "worktree news", "cleanup", "tmux", "recording",
    "keyframes", "terminals", "session news", "stages", "worktree repairs", "lag", "config",
    "footing", "api", "streams", "watchdog", "ready",
]  # fmt: skip


async def test_health_has_the_members_of_the_seed_and_the_tree_for_its_owner(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        health = (await daemon.ask("GET", "/health")).json

    assert health["status"] == "healthy"
    assert health["version"] == VERSION
    assert health["components"] == {"database": True, "tmux": True}
    assert set(health["metrics"]) == {
        "active_sessions", "websocket_connections", "pending_requests",
    }  # fmt: skip
    assert [node["name"] for node in health["tree"]["children"]] == PLACES


def places_in(drawing: str) -> list[str]:
    """The names right below the root."""
    lines = (line for line in drawing.splitlines() if line[:1] in "├└")
    return [re.split(r"  +", line[3:])[0] for line in lines]


async def test_a_token_works_until_it_is_revoked(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        minted = (await daemon.ask("POST", "/api/tokens", {"name": "laptop"})).json
        bearer = f"Bearer {minted['token']}"
        as_token = (await daemon.ask("GET", "/api/user", Authorization=bearer)).json
        as_owner = (await daemon.ask("GET", "/api/user")).json
        await daemon.ask("DELETE", f"/api/tokens/{minted['about']['id']}")
        revoked = await daemon.ask("GET", "/api/user", Authorization=bearer)

    assert as_token == as_owner
    assert revoked.status == 401
    assert revoked.headers["www-authenticate"] == "Bearer"


async def test_a_token_for_longer_than_anybody_lives_is_refused_by_name(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        order = {"name": "eternal", "expires_in_seconds": 2**40}
        refused = await daemon.ask("POST", "/api/tokens", order)

    assert (refused.status, refused.json["path"]) == (400, "$.expires_in_seconds")


async def test_a_token_is_shown_once_and_is_nowhere_in_the_files(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        minted = (await daemon.ask("POST", "/api/tokens", {"name": "laptop"})).json
        await daemon.ask("GET", "/api/user", Authorization=f"Bearer {minted['token']}")
        listed = (await daemon.ask("GET", "/api/tokens")).json
        assert await daemon.stop() == 0

        body = minted["token"].split("_")[-1].encode()
        files = [path for path in daemon.home.rglob("*") if path.is_file()]
        assert [path.name for path in files if body in path.read_bytes()] == []
    assert minted["token"] not in str(listed)


async def test_the_service_token_speaks_for_a_user_that_exists(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        token = service_token(daemon)
        user = (await daemon.ask("GET", "/api/user")).json["id"]
        known = await daemon.ask("GET", "/api/user", X_RDV_Service_Token=token, X_RDV_User_ID=user)
        unknown = await daemon.ask(
            "GET", "/api/user", X_RDV_Service_Token=token,
            X_RDV_User_ID="01900000-0000-7000-8000-000000000000",
        )  # fmt: skip

    assert known.json["id"] == user
    assert unknown.status in (401, 403)


async def test_what_was_done_is_in_the_audit_log_and_the_log_is_whole(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        minted = (await daemon.ask("POST", "/api/tokens", {"name": "laptop"})).json
        page = (await daemon.ask("GET", "/api/audit?action=token.mint")).json
        verdict = (await daemon.ask("GET", "/api/audit/verify")).json

    assert minted["about"]["id"] in str(page["entries"])
    assert verdict["fault"] is None


async def test_requests_with_a_foreign_origin_are_refused_first_of_all(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        refused = await daemon.ask("GET", "/nowhere", Origin="https://evil.example")

    assert refused.status == 403
    assert refused.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("name", ["Authorization", "X-RDV-Service-Token", "X-RDV-User-ID"])
async def test_a_repeated_credential_is_refused_also_where_anyone_may_ask(
    name: str, tmp_path: Path
):
    async with living(tmp_path / "home") as daemon:
        token = (await daemon.ask("POST", "/api/tokens", {"name": "mine"})).json["token"]
        twice = f"{name}: {token}\r\n{name.upper()}: {token}"
        answers = [await say(daemon, path, twice) for path in ("/api/user", "/health", "/nowhere")]
        both = {"Authorization": token, "X_RDV_Service_Token": service_token(daemon)}
        several = await daemon.ask("GET", "/api/user", **both)

    assert [answer.split()[1] for answer in answers] == [b"400"] * 3
    assert all(b"REPEATED_HEADER" in answer for answer in answers)
    assert (several.status, several.json["code"]) == (401, "SEVERAL_CREDENTIALS")


async def say(daemon: Daemon, path: str, headers: str) -> bytes:
    """What no client library would send."""
    async with await trio.open_unix_socket(str(daemon.socket)) as stream:
        head = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n\r\n"
        await stream.send_all(head.encode())
        return b"".join([part async for part in stream])


def service_token(daemon: Daemon) -> str:
    return (daemon.home / "server" / "service-token").read_text().strip()


async def test_guessing_tokens_is_slowed_down(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        wrong = "Bearer rdv_api_" + "a" * 49
        statuses = [
            (await daemon.ask("GET", "/api/user", Authorization=wrong)).status for _ in range(8)
        ]

    assert statuses[0] in (400, 401)
    assert statuses[-1] == 429


async def test_the_description_is_valid_and_knows_every_route(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        document = (await daemon.ask("GET", "/openapi.json")).json

    validate(document)
    assert {"/health", "/api/tokens", "/api/tokens/{id}", "/api/audit"} <= set(document["paths"])


async def test_rdv_shows_status_and_tree(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        status = await trio.to_thread.run_sync(rdv, daemon, "status")
        tree = await trio.to_thread.run_sync(rdv, daemon, "tree")
        as_json = await trio.to_thread.run_sync(rdv, daemon, "status", "--json=status,version")

    assert (status.returncode, status.stderr) == (0, "")
    assert "status       healthy" in status.stdout
    assert places_in(tree.stdout) == PLACES
    assert as_json.stdout == '{\n  "status": "healthy",\n  "version": "0.1.0"\n}\n'


async def test_rdv_without_a_daemon_says_so_and_exits_with_6(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        await daemon.stop()
        status = await trio.to_thread.run_sync(rdv, daemon, "status")

    assert status.returncode == 6
    assert str(daemon.socket) in status.stderr


async def test_rdv_still_shows_the_tree_after_signing_in(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        await trio.to_thread.run_sync(rdv, daemon, "auth", "login")
        tree = await trio.to_thread.run_sync(rdv, daemon, "tree")

    assert (tree.returncode, tree.stderr) == (0, "")
    assert places_in(tree.stdout) == PLACES


async def test_who_takes_a_wrong_way_is_told_which_ones_there_are(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        nowhere = await daemon.ask("GET", "/api/nothing")
        wrongly = await daemon.ask("PUT", "/api/user")

    assert (nowhere.status, wrongly.status) == (404, 405)
    assert "/openapi.json" in nowhere.json["detail"]
    assert "GET" in wrongly.json["detail"]
