"""What is written must stay true: commands, links, names, and the tests that prove a promise."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import actors

ROOT = Path(__file__).parent.parent
COMMAND_IN_HELP = re.compile(r"^  (\w+) ", re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|#")
CODE_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
TEST_IN_BACKTICKS = re.compile(r"`(test_\w+)`")


def read(document: str) -> str:
    path = ROOT / document
    assert path.is_file(), f"{document} is missing"
    return path.read_text(encoding="utf-8")


def commands_in_help() -> list[str]:
    shown = subprocess.run([ROOT / "dev", "help"], capture_output=True, text=True, check=True)
    return COMMAND_IN_HELP.findall(shown.stdout)


def documents() -> list[Path]:
    return [path for path in sorted(ROOT.rglob("*.md")) if not is_foreign(path)]


def is_foreign(path: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(ROOT).parts)


def broken_links(document: Path, text: str) -> Iterator[str]:
    for target in LINK.findall(CODE_BLOCK.sub("", text)):
        file = target.partition("#")[0]
        if not ELSEWHERE.match(target) and not (document.parent / file).exists():
            yield target


def public_names_of_the_kit() -> list[str]:
    """What `from actors import *` gives: __all__, or else everything public but submodules."""
    names = [name for name in vars(actors) if not name.startswith("_")]
    chosen: list[str] | None = getattr(actors, "__all__", None)
    return chosen or [name for name in names if not isinstance(getattr(actors, name), ModuleType)]


def names_of_tests(folder: Path) -> set[str]:
    return {
        node.name
        for path in folder.rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
    }


@pytest.mark.parametrize("command", ["./dev run", "./dev test"])
def test_the_readme_shows_how_to_run_and_how_to_test(command: str):
    assert command in read("README.md")


def test_the_help_lists_commands():
    assert {"run", "test", "check", "bench", "lock", "help"} == set(commands_in_help())


def test_every_command_of_the_help_is_in_the_readme():
    readme = read("README.md")

    assert [name for name in commands_in_help() if f"./dev {name}" not in readme] == []


def test_every_relative_link_leads_somewhere():
    broken = [
        f"{document.relative_to(ROOT)}: {link}"
        for document in documents()
        for link in broken_links(document, document.read_text(encoding="utf-8"))
    ]

    assert broken == []


def test_a_broken_link_is_noticed_and_a_foreign_one_left_alone(tmp_path: Path):
    (tmp_path / "there.md").touch()
    text = "[a](there.md#part) [b](#here) [c](https://example.org/x) [d](gone.md)\n```\n[e](f)\n```"

    assert list(broken_links(tmp_path / "page.md", text)) == ["gone.md"]


def test_every_public_name_of_the_kit_is_in_its_readme():
    readme = read("actors/README.md")

    missing = [name for name in public_names_of_the_kit() if not re.search(rf"\b{name}\b", readme)]

    assert missing == [], "exported by actors but not in actors/README.md"


def test_every_test_that_the_kit_names_as_its_proof_exists():
    named = set(TEST_IN_BACKTICKS.findall(read("actors/README.md")))

    missing = sorted(named - names_of_tests(ROOT / "tests" / "actors"))

    assert named, "actors/README.md names no test at all"
    assert missing == [], "named in actors/README.md but not in tests/actors"
