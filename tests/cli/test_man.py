"""Manual pages: one for every command, and nothing in them that a formatter would complain of."""

import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdvd.cli.main import rdv
from rdvd.cli.roff import MARK, escape, pages, roff

from .asking import say

PAGES = {page.name: page for page in pages(rdv, "rdv")}
SECTIONS = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "SEE ALSO"]
REQUESTS = {".TH", ".SH", ".TP", ".PP", ".B", ".nf", ".fi", '.\\"'}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("man")
    said = say(home / "home", home / "run", "man", "--dir", str(home / "pages"))
    assert said.code == 0, said.err
    return home / "pages"


def test_there_is_a_page_for_every_command_and_every_group(folder: Path):
    names = {file.stem for file in folder.iterdir()}

    assert names == set(PAGES)
    assert {"rdv", "rdv-auth", "rdv-auth-login", "rdv-daemon-start", "rdv-man"} <= names


@pytest.mark.parametrize("name", list(PAGES))
def test_a_page_has_its_parts_and_every_option(name: str):
    text = roff(PAGES[name], "2026-01-31")

    headings = re.findall(r"^\.SH (.+)$", text, re.MULTILINE)
    requests = {line.split()[0] for line in text.splitlines() if line.startswith(".")}
    assert text.startswith(MARK)
    assert [section for section in SECTIONS if section not in headings] == []
    assert requests <= REQUESTS
    assert "\\fB\\-\\-help" in text or "\\fB\\-h, \\-\\-help" in text
    assert not re.search(r"[\x00-\x08\x0b-\x1f]", text)


@pytest.mark.parametrize("name", list(PAGES))
def test_every_option_says_what_it_is_for(name: str):
    options = [param for param in PAGES[name].command.params if isinstance(param, click.Option)]

    assert [option.name for option in options if not option.help] == []


@pytest.mark.skipif(shutil.which("mandoc") is None, reason="mandoc is not installed")
def test_mandoc_finds_nothing_to_say(folder: Path):
    files = map(str, folder.iterdir())

    verdict = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "warning", *files],
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert verdict.stdout + verdict.stderr == ""


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_groff_finds_nothing_to_say(folder: Path):
    files = map(str, folder.iterdir())

    verdict = subprocess.run(
        ["groff", "-ww", "-z", "-Tutf8", "-man", *files], capture_output=True, text=True, timeout=30
    )

    assert (verdict.stderr, verdict.returncode) == ("", 0)


@given(st.text(st.characters(exclude_categories=["C"])))
def test_nothing_in_a_text_can_be_a_request_or_an_escape(text: str):
    escaped = escape(text)

    assert not escaped.startswith((".", "'"))
    assert escaped.count("\\") == escaped.count("\\e") + escaped.count("\\-") + (
        1 if escaped.startswith("\\&") else 0
    )


def test_a_page_is_shown_and_its_source_too(tmp_path: Path):
    shown = say(tmp_path, tmp_path, "man", "auth", "login", MANPAGER="cat")
    source = say(tmp_path, tmp_path, "man", "auth", "login", "--roff")

    assert (shown.code, source.code) == (0, 0)
    assert "rdv auth login" in shown.out
    assert source.out.startswith(MARK)


def test_a_file_of_somebody_else_is_not_written_over(folder: Path, tmp_path: Path):
    (tmp_path / "rdv.1").write_text("mine")
    refused = say(tmp_path, tmp_path, "man", "--dir", str(tmp_path))
    again = say(tmp_path, tmp_path, "man", "--dir", str(folder))

    assert refused.code == 4
    assert [file.name for file in tmp_path.iterdir()] == ["rdv.1"]
    assert again.code == 0


def test_what_there_is_no_page_of_is_named(tmp_path: Path):
    assert say(tmp_path, tmp_path, "man", "auth", "loign").code == 3
    assert say(tmp_path, tmp_path, "man", "auth", "--dir", "x").code == 2
