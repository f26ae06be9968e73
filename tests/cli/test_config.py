"""`rdv config`, without a daemon and beside a real one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rdvd.config import KEYS
from tests.rdvd.daemons import living

from .asking import Said, ask, say

Rdv = Callable[..., Said]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "home" / "server").mkdir(parents=True)
    return tmp_path / "home" / "server" / "config.toml"


@pytest.fixture
def rdv(tmp_path: Path, file: Path) -> Rdv:
    def rdv(*words: str, **own: str) -> Said:
        return say(tmp_path / "home", tmp_path / "run", "config", *words, **own)

    return rdv


def by_key(said: Said) -> dict[str, Any]:
    return {line["key"]: line for line in said.json}


def test_without_a_daemon_everything_is_shown_with_its_source(rdv: Rdv, file: Path):
    file.write_text("[server]\nlog_level = 'debug'\nallowed_origins = ['https://me.example']\n")

    shown = rdv("show", "--json", RDV_SERVER_LOG_FILES="7")
    changed = rdv("show", "--changed")

    settings = by_key(shown)
    assert (shown.code, shown.err) == (0, "")
    assert list(settings) == list(KEYS)
    assert settings["server.log_level"] == {
        "key": "server.log_level", "value": "debug", "source": f"{file}:2", "live": True,
        "in_daemon": None, "waits_for": None,
    }  # fmt: skip
    assert settings["server.allowed_origins"]["value"] == ["https://me.example"]
    assert settings["server.log_files"]["value"] == 7
    assert settings["server.log_files"]["source"] == "environment RDV_SERVER_LOG_FILES"
    assert settings["server.max_body_bytes"]["source"] == "default"
    assert [line.split() for line in changed.out.splitlines()] == [
        ["KEY", "VALUE", "SOURCE"],
        ["server.log_level", '"debug"', f"{file}:2"],
        ["server.allowed_origins", '["https://me.example"]', f"{file}:3"],
    ]


def test_what_is_set_can_be_written_to_a_file_that_says_the_same(rdv: Rdv, file: Path):
    written = rdv("show", "--toml", "--changed", RDV_SERVER_LOG_FILES="7")
    file.write_text(written.out)

    assert written.out == "[server]\nlog_files = 7  # environment RDV_SERVER_LOG_FILES\n"
    assert by_key(rdv("show", "--json"))["server.log_files"]["value"] == 7


def test_a_setting_is_explained_with_what_it_is_now(rdv: Rdv, file: Path):
    explained = rdv("explain", "drain_seconds", RDV_SERVER_DRAIN_SECONDS="2")

    assert explained.out.splitlines()[1:] == [
        "  allowed: a number from 0 to 600",
        "  default: 30.0",
        "  environment: RDV_SERVER_DRAIN_SECONDS",
        "  changes: live",
        "  value: 2.0",
        "  source: environment RDV_SERVER_DRAIN_SECONDS",
    ]


def test_a_setting_that_is_not_there_is_not_found_and_the_nearest_one_named(rdv: Rdv):
    said = rdv("explain", "server.log_levle")

    assert said.code == 3
    assert "did you mean server.log_level?" in said.err


def test_the_files_are_named_with_whether_they_are_there(rdv: Rdv, file: Path):
    file.touch()

    home = file.parent.parent
    assert rdv("path").out == f"{home}/config.toml (not there)\n{file}\n"
    assert rdv("path", "--json=exists").json == [{"exists": False}, {"exists": True}]


def test_everything_that_is_wrong_is_said_at_once_by_check_and_by_show(rdv: Rdv, file: Path):
    file.write_text("[server]\nlog_levle = 1\nlog_files = 1\n")
    wrong = {"RDV_SERVER_DRAIN_SECONDS": "soon"}

    checked, shown = rdv("check", **wrong), rdv("show", **wrong)
    as_json, explained = rdv("check", "--json", **wrong), rdv("explain", "log_files")

    assert (checked.code, shown.code, as_json.code) == (2, 2, 2)
    assert checked.err == shown.err
    problems = [line.strip() for line in checked.err.removeprefix("rdv: ").splitlines()]
    assert [problem.partition(": ")[0] for problem in problems] == [
        f"{file}:2",
        f"{file}:3",
        "environment RDV_SERVER_DRAIN_SECONDS",
    ]
    assert as_json.json == {"ok": False, "problems": problems}
    assert explained.code == 0
    assert "rdv config check" in explained.out


def test_a_draft_is_checked_in_the_place_of_the_servers_file(rdv: Rdv, file: Path):
    file.write_text("nonsense")
    draft = file.with_name("draft.toml")
    draft.write_text("[server]\nlog_level = 'debug'\n")

    right = rdv("check", str(draft))
    draft.write_text("[server]\nlog_level = 'loud'\n")
    wrong = rdv("check", str(draft))

    assert (right.code, right.out) == (0, "nothing is wrong\n")
    assert wrong.code == 2
    assert wrong.err.startswith(f"rdv: {draft}:2: server.log_level")
    assert rdv("check", str(draft) + ".not").code == 3


async def test_beside_a_daemon_what_waits_is_marked_until_it_is_reloaded(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        file = daemon.home / "server" / "config.toml"
        file.write_text("[server]\nlog_level = 'debug'\nlog_file = '/elsewhere'\n")
        before = await ask(daemon, "config", "show", "--changed")
        reloaded = await ask(daemon, "config", "reload")
        after = await ask(daemon, "config", "show", "--json", RDV_SERVER_LOG_FILES="7")
        explained = await ask(daemon, "config", "explain", "log_files", RDV_SERVER_LOG_FILES="7")
        file.write_text("[sever]\n[serve]\n")
        refused = await ask(daemon, "config", "reload")

    assert 'waits for reload; the daemon has "info"' in before.out.splitlines()[2]
    assert "waits for restart; the daemon has " in before.out.splitlines()[1]
    assert reloaded.out == "taken up: server.log_level\nwaits for a restart: server.log_file\n"
    assert by_key(after)["server.log_level"]["in_daemon"] == "debug"
    assert by_key(after)["server.log_level"]["waits_for"] is None
    assert by_key(after)["server.log_file"]["waits_for"] == "restart"
    assert by_key(after)["server.log_files"]["in_daemon"] == 5
    assert explained.out.splitlines()[-1] == "  but: the daemon has 5 from default"
    assert (refused.code, refused.out) == (2, "")
    assert [line.partition("config.toml")[2][:3] for line in refused.err.splitlines()] == [
        ":1:",
        ":2:",
    ]


async def test_a_daemon_that_may_not_tell_does_not_keep_the_files_from_being_shown(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        (daemon.home / "cli-token").write_text("rdv_cli_" + "a" * 49)
        shown = await ask(daemon, "config", "show", "--json=key")

    assert (shown.code, len(shown.json)) == (0, len(KEYS))
    assert "what the daemon holds is not known" in shown.err


def test_a_setting_is_written_and_taken_out_and_the_rest_of_the_file_stays(rdv: Rdv, file: Path):
    file.write_text("# mine\n[server]\nlog_files = 3 # three\n")

    written = rdv("set", "log_files", "7")
    wrong = rdv("set", "log_files", "1")
    added = rdv("set", "server.allowed_origins", "https://a.example, https://b.example")
    taken_out = rdv("unset", "log_files", RDV_SERVER_LOG_FILES="9")

    assert (written.code, written.out.splitlines()[0]) == (0, f"server.log_files = 7 in {file}")
    assert (wrong.code, "allowed is a whole number" in wrong.err) == (2, True)
    assert added.code == 0
    assert "but RDV_SERVER_LOG_FILES in the environment goes before it" in taken_out.out
    assert file.read_text() == (
        '# mine\n[server]\nallowed_origins = ["https://a.example", "https://b.example"]\n'
    )


def test_a_file_that_is_not_text_is_not_touched(rdv: Rdv, file: Path):
    file.write_bytes(b"# \xff\n")

    said = rdv("set", "log_files", "7")

    assert (said.code, file.read_bytes()) == (2, b"# \xff\n")
    assert "is not UTF-8" in said.err


def test_what_would_be_wrong_as_a_whole_is_not_written(rdv: Rdv, file: Path):
    before = "[server]\nterminal_socket = '/x/t.sock'\n"
    file.write_text(before)

    said = rdv("set", "api_socket", "/x/t.sock")

    assert (said.code, file.read_text()) == (2, before)
    assert "they must differ" in said.err


def test_a_link_to_where_the_file_is_kept_stays_a_link(rdv: Rdv, file: Path, tmp_path: Path):
    (tmp_path / "dotfile").write_text("[server]\n")
    file.symlink_to(tmp_path / "dotfile")

    assert rdv("set", "log_files", "7").code == 0
    assert file.is_symlink()
    assert (tmp_path / "dotfile").read_text() == "[server]\nlog_files = 7\n"
