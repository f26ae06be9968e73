"""SIGHUP, sent to this very process, and to a child that nobody waits for it in."""

import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import trio
from attrs import define, evolve, field

from rdvd.config import Config, load
from rdvd.config.reload import REFUSED, TAKEN_UP, reload_on_hangup
from rdvd.config.types import KEYS
from rdvd.ground.notify import Notifier
from rdvd.ground.places import Places, find_places, prepare

A_WHILE = 10
READY = b"READY=1\nSTATUS=Ready"
CHILD = """
import os, signal, subprocess, sys
from rdvd.config.reload import outlive_hangups
outlive_hangups()
os.kill(os.getpid(), signal.SIGHUP)
child = "import os, signal; os.kill(os.getpid(), signal.SIGHUP)"
print("it ended by", -subprocess.run([sys.executable, "-c", child]).returncode)
"""


@define
class Daemon:
    """The parts of one that a reload concerns."""

    ear: socket.socket
    places: Places
    applied: list[Config] = field(factory=list[Config])

    def load(self) -> Config:
        return load(self.places, {})

    def write(self, text: str) -> None:
        self.places.server_config_file.write_text(text)

    async def hang_up(self) -> bytes:
        """What systemd is told in the end."""
        os.kill(os.getpid(), signal.SIGHUP)
        word, _, microseconds = (await self.hear()).partition(b"\nMONOTONIC_USEC=")
        assert (word, microseconds.isdigit()) == (b"RELOADING=1", True)
        return await self.hear()

    async def hear(self) -> bytes:
        with trio.fail_after(A_WHILE):
            await trio.lowlevel.wait_readable(self.ear)
        return self.ear.recv(999)

    @asynccontextmanager
    async def running(self, current: Config | None = None) -> AsyncGenerator[None, None]:
        notifier, stopping = Notifier(os.fsencode(self.ear.getsockname())), trio.Event()
        run = partial(
            reload_on_hangup, current or self.load(), self.load, notifier, self.applied.append,
            stopping=stopping,
        )  # fmt: skip
        async with trio.open_nursery() as nursery:
            await nursery.start(run)
            yield
            stopping.set()


@pytest.fixture
def daemon(tmp_path: Path) -> Generator[Daemon, None, None]:
    prepare(find_places({"RDV_HOME": str(tmp_path)}))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.setblocking(False)
        ear.bind(str(tmp_path / "notify"))
        yield Daemon(ear, Places(home=tmp_path, run=Path("/run/rdv")))


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "rdvd.config")
    return caplog


def facts(said: pytest.LogCaptureFixture, message: str, name: str) -> list[list[str]]:
    return [vars(record)[name] for record in said.records if record.message == message]


async def test_a_live_setting_is_applied(daemon: Daemon, said: pytest.LogCaptureFixture):
    async with daemon.running():
        daemon.write("[server]\nlog_level = 'debug'")

        assert await daemon.hang_up() == READY

    assert [config.server.log_level for config in daemon.applied] == ["debug"]
    assert facts(said, "config_reloaded", "changed") == [["server.log_level"]]
    assert facts(said, "config_needs_restart", "waiting") == []


async def test_what_needs_a_restart_is_named_each_time_and_not_applied(
    daemon: Daemon, said: pytest.LogCaptureFixture
):
    async with daemon.running():
        daemon.write("[server]\nlog_level = 'debug'\nlog_format = 'json'")
        assert await daemon.hang_up() == READY
        assert await daemon.hang_up() == READY

    assert {config.server.log_format for config in daemon.applied} == {"text"}
    assert {config.server.log_level for config in daemon.applied} == {"debug"}
    assert facts(said, "config_needs_restart", "waiting") == [["server.log_format"]] * 2
    assert facts(said, "config_reloaded", "changed") == [["server.log_level"], []]


async def test_a_live_setting_that_nothing_takes_up_yet_is_not_said_to_have_changed(
    daemon: Daemon, said: pytest.LogCaptureFixture
):
    async with daemon.running():
        daemon.write("[limits]\nwrites_per_minute = 1")
        await daemon.hang_up()

    assert daemon.applied[0].limits.writes_per_minute == 300
    assert facts(said, "config_needs_restart", "waiting") == [["limits.writes_per_minute"]]


def test_whatever_is_taken_up_is_documented_as_live():
    assert all(KEYS[dotted].about.live for dotted in TAKEN_UP)


async def test_a_wrong_configuration_is_refused_and_the_old_one_kept(
    daemon: Daemon, said: pytest.LogCaptureFixture
):
    async with daemon.running():
        daemon.write("[server]\nlog_levle = 'debug'")
        assert await daemon.hang_up() == f"READY=1\nSTATUS={REFUSED}".encode()
        assert daemon.applied == []
        daemon.write("[server]\nlog_level = 'error'")
        assert await daemon.hang_up() == READY

    ((problem,),) = facts(said, "config_refused", "problems")
    assert "log_levle" in problem
    assert [config.server.log_level for config in daemon.applied] == ["error"]


async def test_after_a_restart_of_the_task_a_setting_that_went_back_is_applied(daemon: Daemon):
    began_with = daemon.load()
    async with daemon.running(began_with):
        daemon.write("[server]\nlog_level = 'debug'")
        await daemon.hang_up()
    async with daemon.running(began_with):
        daemon.write("")
        await daemon.hang_up()

    assert [config.server.log_level for config in daemon.applied] == ["debug", "info"]


async def test_systemd_is_told_of_the_end_of_a_reload_that_crashes(daemon: Daemon):
    class Bug(Exception):
        pass

    def crash(_: Config) -> None:
        raise Bug

    notifier, stopping = Notifier(os.fsencode(daemon.ear.getsockname())), trio.Event()
    run = partial(reload_on_hangup, daemon.load(), daemon.load, notifier, crash, stopping=stopping)
    with pytest.RaisesGroup(Bug, flatten_subgroups=True):
        async with trio.open_nursery() as nursery:
            await nursery.start(run)
            os.kill(os.getpid(), signal.SIGHUP)

    assert (await daemon.hear()).startswith(b"RELOADING=1")
    assert (await daemon.hear()).startswith(b"READY=1")


async def test_it_ends_when_told_and_gives_the_signal_back(daemon: Daemon):
    before = signal.getsignal(signal.SIGHUP)

    async with daemon.running():
        assert signal.getsignal(signal.SIGHUP) != before

    assert signal.getsignal(signal.SIGHUP) == before


async def test_the_sources_of_what_was_not_taken_over_stay_what_they_were(daemon: Daemon):
    async with daemon.running():
        daemon.write("[server]\nlog_level = 'debug'\nlog_files = 3")
        await daemon.hang_up()

    (held,) = daemon.applied
    assert held.sources["server.log_files"] == "default"
    assert held.sources["server.log_level"].endswith("config.toml:2")
    assert held == evolve(daemon.load(), server=held.server)


def test_a_hangup_that_nobody_waits_for_does_not_end_us_but_still_ends_our_children():
    done = subprocess.run(
        [sys.executable, "-c", CHILD], capture_output=True, text=True, timeout=A_WHILE, check=False
    )

    assert (done.returncode, done.stdout) == (0, f"it ended by {signal.SIGHUP.value}\n")
