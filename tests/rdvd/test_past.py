"""What sessions have shown and printed, asked of the real daemon after the fact."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import trio

from rdvd.ground.clock import now_ms

from .daemons import Daemon, configure, living_at

SECRET = "ghp_" + "a1B2" * 9


@asynccontextmanager
async def living(tmp_path: Path, run: Path) -> AsyncGenerator[Daemon, None]:
    async with living_at(tmp_path / "home", run) as daemon:
        with trio.fail_after(20):
            yield daemon


async def new(daemon: Daemon, script: str, name: str, **said: Any) -> str:
    body = {"name": name, "project_path": "/tmp", "shell_command": script, **said}
    made = await daemon.ask("POST", "/api/sessions", body)
    assert 201 == made.status, made.json
    return f"/api/sessions/{made.json['id']}"


async def until_logged(daemon: Daemon, path: str, text: bytes) -> bytes:
    while True:
        log = (await daemon.raw(f"{path}/log"))[1]
        if text in log:
            return log


async def get(daemon: Daemon, path: str) -> Any:
    answer = await daemon.ask("GET", path)
    assert 200 == answer.status, answer.json
    return answer.json


TWO_SCREENS = r"""
printf 'one \033[31mred\033[0m'; read line
printf '\033[2J\033[Htwo\r\nrows'; read line
exec sleep 1000
"""


async def test_a_screen_of_the_past_is_rebuilt_by_time_and_by_offset(tmp_path: Path, run: Path):
    async with living(tmp_path, run) as daemon:
        path = await new(daemon, TWO_SCREENS, "past", columns=40, rows=10)
        await until_logged(daemon, path, b"red")
        while not (before := await get(daemon, f"{path}/screen?at={now_ms()}"))["content"].strip():
            pass
        between = now_ms()
        while now_ms() <= between + 1:
            await trio.lowlevel.checkpoint()
        await daemon.ask("POST", f"{path}/resize", {"columns": 60, "rows": 12})
        await daemon.ask("POST", f"{path}/keys", {"keys": ["Enter"]})
        log = await until_logged(daemon, path, b"rows")

        then = await get(daemon, f"{path}/screen?at={between}&format=ansi")
        assert "one \x1b[31mred\x1b[0m" == then["content"].rstrip("\n")
        assert before["past"] == then["past"]
        assert (40, 10, False) == (then["columns"], then["rows"], then["is_live"])
        assert (7, 0) == (then["past"]["cursor_x"], then["past"]["cursor_y"])
        assert then["past"]["at"] <= between
        assert then["past"]["gap"] is None

        later = await get(daemon, f"{path}/screen?offset={len(log)}")
        live = await get(daemon, f"{path}/screen")
        assert (60, 12) == (later["columns"], later["rows"])
        assert ["two", "rows"] == later["content"].split()
        assert (None, True) == (live["past"], live["is_live"])
        assert live["content"].rstrip() == later["content"].rstrip()


async def test_a_moment_that_is_none_is_refused_and_says_why(tmp_path: Path, run: Path):
    async with living(tmp_path, run) as daemon:
        path = await new(daemon, "exec sleep 1000", "short")
        created = (await get(daemon, path))["created_at"]
        for query, code in (
            (f"at={created - 1}", "BEFORE_BIRTH"),
            (f"at={now_ms() + 3_600_000}", "NOT_YET"),
            ("offset=1000", "NOT_YET"),
            (f"at={created}&offset=0", "BAD_REQUEST"),
        ):
            refused = await daemon.ask("GET", f"{path}/screen?{query}")
            assert (400, code) == (refused.status, refused.json["code"]), query
        assert 400 == (await daemon.ask("GET", f"{path}/screen?at=-1")).status
        begun = await get(daemon, f"{path}/screen?at={created}")
        assert ("", None) == (begun["content"].strip(), begun["past"]["at"])


async def test_scrollback_goes_on_in_the_log_where_the_terminal_has_forgotten(
    tmp_path: Path, run: Path
):
    configure(tmp_path / "home", "[tmux]\nhistory_limit = 100\n")
    async with living(tmp_path, run) as daemon:
        script = "seq -f '%g lines' 400; printf '\\033[32mend\\033[0m'; exec sleep 1000"
        path = await new(daemon, script, "long")
        await until_logged(daemon, path, b"end")

        few = await get(daemon, f"{path}/scrollback?lines=20")
        most = await get(daemon, f"{path}/scrollback?lines=300")
        every = await get(daemon, f"{path}/scrollback?lines=1000&format=ansi")
        assert ("terminal", 20) == (few["source"], few["lines"])
        assert ("log", 300, False) == (most["source"], most["lines"], most["is_whole"])
        assert [*(f"{n} lines" for n in range(102, 401)), "end"] == most["content"].split("\n")
        assert ("log", 401, True) == (every["source"], every["lines"], every["is_whole"])
        assert every["content"].endswith("\n\x1b[32mend\x1b[0m")

        await daemon.ask("DELETE", path)
        closed = await get(daemon, f"{path}/scrollback?lines=300")
        assert ("log", most["content"]) == (closed["source"], closed["content"])


async def test_logs_are_searched_across_sessions_and_give_no_secret_away(tmp_path: Path, run: Path):
    async with living(tmp_path, run) as daemon:
        since, script = now_ms(), f"seq 3; echo needle {SECRET}; echo z; sleep 999"
        folder = (await daemon.ask("POST", "/api/folders", {"name": "f"})).json["id"]
        one = await new(daemon, script, "one", folder_id=folder)
        two = await new(daemon, "for n in 1 2 3; do echo Needle $n; done; sleep 999", "two")
        await until_logged(daemon, one, b"z\r\n")
        await until_logged(daemon, two, b"Needle 3")

        (hit,) = (await get(daemon, "/api/log/search?q=needle&context=1"))["hits"]
        assert ("one", "needle [redacted]") == (hit["session_name"], hit["line"])
        assert (["3"], ["z"], 9) == (hit["before"], hit["after"], hit["offset"])
        assert since <= hit["at"] <= now_ms()

        shaped = r"q=needle%20\d&regex=true&ignore_case=true&limit=2"
        both = await get(daemon, f"/api/log/search?{shaped}")
        assert (["Needle 1", "Needle 2"], "matches", 2) == (
            [each["line"] for each in both["hits"]], both["cut_off"], both["sessions"],
        )  # fmt: skip
        nothing = f"folder_id={folder}&until={since}"
        for narrow, count in ((f"session=two&since={since}", 3), (nothing, 0)):
            found = await get(daemon, f"/api/log/search?q=needle&ignore_case=true&{narrow}")
            assert (count, None) == (len(found["hits"]), found["cut_off"]), narrow
        for wrong, status in (("q=(&regex=true", 400), ("q=", 400), ("q=x&session=none", 404)):
            assert status == (await daemon.ask("GET", f"/api/log/search?{wrong}")).status


async def test_a_recording_is_an_asciicast_without_secrets(tmp_path: Path, run: Path):
    async with living(tmp_path, run) as daemon:
        path = await new(daemon, f"echo {SECRET}; echo bye; exit 3", "cast", columns=90, rows=20)
        await until_logged(daemon, path, b"bye")
        while (await get(daemon, path))["exit_code"] is None:
            pass

        status, cast = await daemon.raw(f"{path}/recording")
        header, events = parts_of(cast)
        assert (200, 2, 90, 20, "cast") == (
            status, header["version"], header["width"], header["height"], header["title"],
        )  # fmt: skip
        said = "".join(event[2] for event in events if event[1] == "o")
        assert said.startswith("*" * len(SECRET) + "\r\nbye\r\n")

        third = (await daemon.raw(f"{path}/recording?format=asciicast-v3&idle=1"))[1]
        header, events = parts_of(third)
        assert (3, 90, 20) == (header["version"], header["term"]["cols"], header["term"]["rows"])
        assert ["x", "3"] == events[-1][1:]
        assert 400 == (await daemon.raw(f"{path}/recording?since=2&until=1"))[0]


def parts_of(cast: bytes) -> tuple[Any, list[Any]]:
    header, *events = [json.loads(line) for line in cast.decode().splitlines()]
    return header, events
