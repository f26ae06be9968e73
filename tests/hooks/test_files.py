import json
import os
from pathlib import Path
from typing import Any

import pytest

from rdvd.cli import hooks as command
from rdvd.hooks.files import LARGEST, Hand
from rdvd.hooks.places import user_place
from rdvd.hooks.types import AGENTS, REPORTS, Agent

RDV = ["/opt/rdv"]


@pytest.fixture
def hand(tmp_path: Path) -> Hand:
    return Hand(RDV, tmp_path / "before")


def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir(exist_ok=True)
    return tmp_path / "home"


@pytest.mark.parametrize("agent", AGENTS)
def test_hooks_come_and_go_and_leave_nothing(tmp_path: Path, hand: Hand, agent: Agent) -> None:
    place = user_place(agent, home(tmp_path), None)
    assert hand.look(place).state == "absent"
    first, second = hand.install(place), hand.install(place)
    assert (first.state, first.changed, first.backup) == ("installed", True, None)
    assert (second.state, second.changed) == ("installed", False)
    assert Hand(["/new/rdv"], tmp_path).look(place).state == "outdated"
    assert (hand.remove(place).state, hand.remove(place).changed) == ("absent", False)
    assert not place.file.exists()


def test_a_file_of_the_users_keeps_its_bytes_mode_and_link(tmp_path: Path, hand: Hand) -> None:
    dotfiles, link = tmp_path / "dotfiles.json", home(tmp_path) / ".claude" / "settings.json"
    text = b'\xef\xbb\xbf{\r\n\t"model": "\xc3\xbc", // mine\r\n\t"hooks": {"Stop": [],}\r\n}'
    dotfiles.write_bytes(text)
    dotfiles.chmod(0o640)
    link.parent.mkdir()
    link.symlink_to(dotfiles)
    place = user_place("claude", home(tmp_path), None)

    done = hand.install(place)
    assert done.backup is not None
    assert done.backup.read_bytes() == text
    assert done.backup.stat().st_mode & 0o777 == 0o600
    assert link.is_symlink()
    assert (hand.remove(place).state, dotfiles.read_bytes()) == ("absent", text)
    assert dotfiles.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


@pytest.mark.parametrize(
    "content", [b"{", b"\xff{}", b"[]", b"{" + b" " * LARGEST + b"}", b'{"hooks": []}']
)
def test_what_cannot_be_read_is_told_and_not_touched(
    tmp_path: Path, hand: Hand, content: bytes
) -> None:
    place = user_place("gemini", home(tmp_path), None)
    place.file.parent.mkdir()
    place.file.write_bytes(content)
    done = hand.install(place)
    assert (done.is_well, done.changed, bool(done.detail)) == (False, False, True)
    assert place.file.read_bytes() == content


def test_what_is_no_plain_file_is_told_and_stays(tmp_path: Path, hand: Hand) -> None:
    place = user_place("claude", home(tmp_path), None)
    place.file.parent.mkdir()
    os.mkfifo(place.file)

    done = hand.install(place)

    assert (done.is_well, done.changed, "no plain file" in done.detail) == (False, False, True)
    assert place.file.is_fifo()


def test_a_plugin_that_is_not_ours_stays(tmp_path: Path, hand: Hand) -> None:
    place = user_place("opencode", home(tmp_path), None)
    place.file.parent.mkdir(parents=True)
    place.file.write_text("export const Mine = 1;\n")
    assert not hand.install(place).is_well
    assert hand.remove(place).state == "absent"
    assert place.file.read_text() == "export const Mine = 1;\n"


def test_what_somebody_else_writes_in_the_same_moment_is_not_lost(
    tmp_path: Path, hand: Hand
) -> None:
    place = user_place("claude", home(tmp_path), None)
    place.file.parent.mkdir()
    place.file.write_text("{}")
    os.mkfifo(tmp_path / "before")  # where the copy is kept first: it cannot be
    assert not hand.install(place).is_well
    assert place.file.read_text() == "{}"


def test_a_project_is_not_left_through_a_link(tmp_path: Path) -> None:
    project, elsewhere = tmp_path / "project", tmp_path / "elsewhere.json"
    (project / ".claude").mkdir(parents=True)
    elsewhere.write_text("{}")
    (project / ".claude" / "settings.json").symlink_to(elsewhere)
    done = Hand(RDV, tmp_path / "before", project).install(user_place("claude", project, None))
    assert "leads out of the project" in done.detail
    assert elsewhere.read_text() == "{}"


def test_a_user_says_where_an_agent_keeps_its_settings(tmp_path: Path, hand: Hand) -> None:
    place = user_place("codex", home(tmp_path), tmp_path / "elsewhere")
    hand.install(place)
    known: Any = json.loads((tmp_path / "elsewhere" / "hooks.json").read_text())
    assert "SessionStart" in known["hooks"]


def test_the_command_line_knows_the_same_words() -> None:
    assert (command.AGENTS, command.REPORTS) == (AGENTS, REPORTS)
