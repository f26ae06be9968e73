"""Somebody who may write beside us plants links all the time: no file elsewhere is ever written."""

import logging
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from rdvd.ground.log import LogSettings, logging_to
from rdvd.ground.private import BadPlace, write_private
from rdvd.identity.secret_files import UnsafeFile, replace_secret_file

ENOUGH = 300
THESIS = "my thesis"


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    path = tmp_path / "victim"
    path.write_text(THESIS)
    return path


@contextmanager
def planting(victim: Path, *names: Path) -> Generator[list[Path]]:
    """Links to the victim in all these places, again and again, whatever is there."""
    is_over, planted = threading.Event(), list[Path]()

    def plant() -> None:
        while not is_over.is_set():
            for name in names:
                link = name.with_name(f"{name.name}.link")
                with suppress(OSError):
                    link.symlink_to(victim)
                    link.replace(name)
                    planted.append(name)

    thread = threading.Thread(target=plant)
    thread.start()
    try:
        yield planted
    finally:
        is_over.set()
        thread.join()


def test_logs_rotate_among_links_and_follow_none(victim: Path, tmp_path: Path):
    (tmp_path / "logs").mkdir(mode=0o700)
    file = tmp_path / "logs" / "server.log"
    settings = LogSettings(file, "info", 10_000, 3, "json")
    names = (file, file.with_name("server.log.1"), file.with_name("server.log.2"))
    with logging_to(settings, {}) as lines, planting(victim, *names) as planted:
        while len(planted) < ENOUGH:
            logging.getLogger("rdvd.race").info("line %d %s", len(planted), "x" * 300)
            lines.wait_written()

    assert victim.read_text() == THESIS


@pytest.mark.parametrize("write", [write_private, replace_secret_file])
def test_files_are_replaced_among_links_and_follow_none(
    write: Callable[[Path, bytes], None], victim: Path, tmp_path: Path
):
    file = tmp_path / "secret"
    with planting(victim, file, tmp_path / ".secret.draft") as planted:
        while len(planted) < ENOUGH:
            with suppress(BadPlace, UnsafeFile):
                write(file, str(len(planted)).encode())

    assert victim.read_text() == THESIS
