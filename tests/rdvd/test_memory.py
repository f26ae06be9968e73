"""What lies in the memory of a daemon for as long as it runs: nothing that it never uses."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
import trio

from rdvd.ground.sparing import PARTS, spared

from .daemons import living

USELESS = {
    *PARTS,
    "_ssl",
    *("argparse", "email.mime", "hpack", "html", "http.client", "http.server", "pdb", "pytest"),
    "rich",
    *("sqlite_utils.cli", "unittest", "urllib.request", "xml", "rdvd.cli"),
}
IMPORTED = re.compile(r"import time: +\d+ \| +\d+ \| (?P<depth> *)(?P<name>\S+)")


async def test_an_idle_daemon_has_imported_nothing_that_no_daemon_uses(tmp_path: Path):
    said = tmp_path / "imports"
    with said.open("w") as file:
        async with living(tmp_path / "home", "-X", "importtime", stderr=file) as daemon:
            for path in ("/health", "/api/user", "/openapi.json", "/no/such/route"):
                await daemon.ask("GET", path)
            assert await daemon.stop() == 0

    chains = list(chains_of(said.read_text()))
    assert ["rdvd.program", "trio"] in [chain[-2:] for chain in chains]
    assert [" -> ".join(chain) for chain in chains if is_useless(chain[-1])] == []


async def test_resident_memory_stays_below_its_limit(tmp_path: Path):
    async with living(tmp_path / "home", anew=True) as daemon:
        for path in ("/health", "/api/user", "/openapi.json"):
            assert (await daemon.ask("GET", path)).status == 200
        status = await trio.Path(f"/proc/{daemon.process.pid}/status").read_text()

    (kilobytes,) = re.findall(r"VmRSS:\s+(\d+) kB", status)
    assert int(kilobytes) * 1024 < 60e6


def test_the_collector_does_not_stop_a_daemon_to_look_through_what_stays_for_good():
    done = in_a_new_python(
        """
        import gc
        from rdvd.program import settle_memory
        settle_memory()
        assert gc.get_freeze_count() > 50 * len(gc.get_objects()), len(gc.get_objects())
        """
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_what_stands_in_is_gone_once_the_block_ends():
    done = in_a_new_python(
        """
        with spared(["click", "json.tool"]):
            import click as stand_in
            from click import Group
            class Ours(Group): pass
        import click as real
        assert stand_in is not real and Ours.__mro__[1].__module__ == "click"
        assert hasattr(real, "command") and real.__file__
        """
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_what_was_imported_before_stays_as_it_is():
    with spared(["pytest"]):
        assert sys.modules["pytest"] is pytest
    assert sys.modules["pytest"] is pytest


def test_whoever_asks_something_of_a_stand_in_hears_whose_name_it_is():
    done = in_a_new_python(
        """
        with spared(["click"]):
            import click
        click.Group().add_command
        """
    )

    assert "AttributeError: 'Group' object has no attribute 'add_command'" in done.stderr


def is_useless(name: str) -> bool:
    return any(name == useless or name.startswith(f"{useless}.") for useless in USELESS)


def chains_of(said: str) -> Iterator[list[str]]:
    """Each import after those that wished it. Python says a module after those it imports."""
    above: list[tuple[int, str]] = []
    for line in reversed(said.splitlines()):
        if found := IMPORTED.match(line):
            depth = len(found["depth"])
            above = [*((at, name) for at, name in above if at < depth), (depth, found["name"])]
            yield [name for _, name in above]


def in_a_new_python(program: str) -> "subprocess.CompletedProcess[str]":
    program = f"from rdvd.ground.sparing import spared\n{dedent(program)}"
    return subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
