"""`rdv auth` against a real daemon: tokens come, work, and go."""

import json
from hashlib import sha256
from pathlib import Path

from tests.rdvd.daemons import Daemon, living

from .asking import ask, ask_all, say


async def ids(daemon: Daemon, kind: str) -> list[str]:
    tokens = (await ask(daemon, "auth", "tokens", "--json")).json
    return [token["id"] for token in tokens if token["kind"] == kind and not token["revoked"]]


async def test_a_login_keeps_a_private_token_that_logout_ends(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        file = daemon.home / "cli-token"
        before = (await ask(daemon, "auth", "status", "--json")).json
        login = await ask(daemon, "auth", "login", "--name", "my laptop")
        token = file.read_text().strip()
        status, table = await ask_all(daemon, "auth status --json", "auth tokens")
        after = status.json
        logout = await ask(daemon, "auth", "logout")
        answer = await daemon.ask("GET", "/api/user", Authorization=f"Bearer {token}")

        assert (before["by"], after["by"], after["is_owner"]) == (
            "peer credentials", "cli-token", True,
        )  # fmt: skip
        assert token.startswith("rdv_cli_")
        assert token not in login.out + login.err
        assert after["token_id"] in login.out
        assert after["token_id"] in table.out
        assert "my laptop" in table.out
        assert logout.out == "logged out\n"
        assert answer.status == 401
        assert not file.exists()
        assert not (daemon.home / "cli-token.about").exists()
        assert (await ask(daemon, "auth", "logout")).out == "not logged in\n"


async def test_a_login_leaves_one_private_token_whatever_was_there_before(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        await ask(daemon, "auth", "login")
        first = await ids(daemon, "cli")
        await ask(daemon, "auth", "login")
        second = await ids(daemon, "cli")
        modes = {path.stat().st_mode & 0o777 for path in daemon.home.glob("cli-token*")}
        leftovers = list(daemon.home.glob(".cli-token*"))
        await daemon.ask("DELETE", f"/api/tokens/{second[0]}")
        refused, unwell = await ask_all(daemon, "auth status", "doctor")
        third = await ask(daemon, "auth", "login")

    assert len(first) == len(second) == 1
    assert first != second
    assert modes == {0o600}
    assert leftovers == []
    assert refused.code == 5
    assert "rdv auth login" in refused.err
    assert unwell.code == 1
    assert "fail   token" in unwell.out
    assert third.code == 0


async def test_a_token_that_somebody_else_wrote_is_not_mistaken_for_ours(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        await ask(daemon, "auth", "login")
        ours = await ids(daemon, "cli")
        minted = (await daemon.ask("POST", "/api/tokens", {"name": "by hand"})).json
        (daemon.home / "cli-token").write_text(minted["token"])
        logout = await ask(daemon, "auth", "logout")

        assert (await ids(daemon, "cli"), await ids(daemon, "api")) == (
            ours, [minted["about"]["id"]],
        )  # fmt: skip
        assert logout.code == 0
        assert "the token lives on" in logout.err
        assert not (daemon.home / "cli-token").exists()


async def test_a_login_refuses_a_link_in_the_place_of_the_token_and_leaves_none_behind(
    tmp_path: Path,
):
    async with living(tmp_path / "home") as daemon:
        elsewhere = tmp_path / "elsewhere"
        elsewhere.write_text("precious")
        link = daemon.home / "cli-token"
        link.symlink_to(elsewhere)
        refused = await ask(daemon, "auth", "login")
        link.unlink()

        assert refused.code == 1
        assert "symbolic link" in refused.err
        assert elsewhere.read_text() == "precious"
        assert await ids(daemon, "cli") == []


async def test_the_service_token_is_replaced(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        file = daemon.home / "server" / "service-token"
        before = file.read_text()
        rotated = await ask(daemon, "auth", "rotate-service-token")

        assert (await ids(daemon, "svc"))[-1] in rotated.out
        assert file.read_text() != before


def test_without_a_daemon_a_login_says_how_to_start_one_and_a_logout_keeps_the_token(
    tmp_path: Path,
):
    home = tmp_path / "home"
    login = say(home, tmp_path / "run", "auth", "login")
    made = home.exists()
    keep(home)
    logout = say(home, tmp_path / "run", "auth", "logout")

    assert login.code == logout.code == 6
    assert "Start it" in login.err
    assert not made
    assert (home / "cli-token").read_text() == "a token"


def keep(home: Path) -> None:
    home.mkdir(mode=0o700)
    note = {"id": "1", "sha256": sha256(b"a token").hexdigest()}
    for name, content in (("cli-token", "a token"), ("cli-token.about", json.dumps(note))):
        (home / name).write_text(content)
        (home / name).chmod(0o600)
