"""`rdv events` as people and scripts know it, beside a real daemon."""

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import trio
from attrs import frozen

from rdvd.cli.events import PREFIXES
from rdvd.events import FACTS
from tests.rdvd.daemons import A_WHILE, Daemon, environment, living, living_at

from .asking import ask, say


async def end_a_token(daemon: Daemon) -> str:
    minted = (await daemon.ask("POST", "/api/tokens", {"name": "laptop"})).json
    await daemon.ask("DELETE", f"/api/tokens/{minted['about']['id']}")
    return minted["about"]["id"]


async def test_without_following_it_says_what_the_daemon_knows_and_ends(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        token = await end_a_token(daemon)
        people = await ask(daemon, "events")
        script = await ask(daemon, "events", "--json", "--type", "token.", "--type", "facts.")
        chosen = await ask(daemon, "events", "--json=seq,type", "--type=actor.started")
        unknown = await ask(daemon, "events", "--json=colour")
        nonsense = await ask(daemon, "events", "--type", "x" * 65)

    assert (people.code, people.err) == (0, "")
    assert f"token.ended        token={token} reason=revoked" in people.out
    assert script.json["data"] == {"token": token, "reason": "revoked"}
    started = [json.loads(line) for line in chosen.out.splitlines()]
    assert {tuple(each) for each in started} == {("seq", "type")}
    assert {each["type"] for each in started} == {"actor.started"}
    assert (unknown.code, nonsense.code) == (2, 2)
    assert "64" in nonsense.err


@frozen
class Following:
    process: trio.Process
    lines: "trio.MemoryReceiveChannel[str]"
    said: list[str]  # on standard error

    async def next(self) -> Any:
        with trio.fail_after(A_WHILE):
            return json.loads(await self.lines.receive())

    async def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        with trio.fail_after(A_WHILE):
            return await self.process.wait()


@asynccontextmanager
async def following(home: Path, run: Path, *words: str) -> AsyncGenerator[Following, None]:
    command = [sys.executable, "-m", "rdvd.cli", "events", "-f", "--json", *words]
    start = partial(
        trio.run_process, command, env=environment(home, run), check=False,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    write, lines = trio.open_memory_channel[str](1_000)
    said: list[str] = []

    async def read_out(process: trio.Process) -> None:
        assert process.stdout is not None
        rest = b""
        async for part in process.stdout:
            *whole, rest = (rest + part).split(b"\n")
            for line in whole:
                await write.send(line.decode())

    async def read_err(process: trio.Process) -> None:
        assert process.stderr is not None
        async for part in process.stderr:
            said.append(part.decode())

    async with trio.open_nursery() as nursery:
        process: trio.Process = await nursery.start(start)
        nursery.start_soon(read_out, process)
        nursery.start_soon(read_err, process)
        yield Following(process, lines, said)
        nursery.cancel_scope.cancel()


async def test_following_goes_on_across_a_restart_and_ends_with_ctrl_c(tmp_path: Path):
    home, said = tmp_path / "home", list[str]()
    with tempfile.TemporaryDirectory(prefix="rdv-") as short:
        run = Path(short) / "run"
        async with (
            living_at(home, run) as daemon,
            following(home, run, "--type=token.") as client,
        ):
            first = await end_a_token(daemon)
            assert (await client.next())["data"]["token"] == first
            assert await daemon.stop() == 0
            async with living_at(home, run) as again:
                second = await end_a_token(again)
                assert (await client.next())["data"]["token"] == second
                assert await client.interrupt() == 130
            said = client.said

    heard = "".join(said)
    assert "the daemon stops (1001); connecting again" in heard
    assert "the daemon was restarted" in heard
    assert "Traceback" not in heard


async def test_a_token_that_ends_ends_it_too_and_says_what_to_do(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        await ask(daemon, "auth", "login")
        about = (await daemon.ask("GET", "/api/tokens")).json
        (token,) = [each["id"] for each in about if each["kind"] == "cli"]
        async with following(daemon.home, daemon.run) as client:
            await client.next()
            await daemon.ask("DELETE", f"/api/tokens/{token}")
            with trio.fail_after(A_WHILE):
                assert await client.process.wait() == 5
            said = client.said
        refused = await ask(daemon, "events")

    assert "rdv auth login" in "".join(said)
    assert (refused.code, "rdv auth login" in refused.err) == (5, True)


def test_without_a_daemon_it_says_so_even_when_it_is_to_follow(tmp_path: Path):
    for words in (["events"], ["events", "-f"]):
        said = say(tmp_path / "home", tmp_path / "run", *words)

        assert said.code == 6
        assert "terminal.sock" in said.err


def test_the_shell_completes_the_beginnings_of_all_types():
    assert {f"{name.partition('.')[0]}." for name in FACTS} == set(PREFIXES)
