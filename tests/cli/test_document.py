"""docs/cli.md and the program say the same."""

import re
from collections.abc import Iterator
from pathlib import Path

import click

from rdvd.cli import exits
from rdvd.cli.main import rdv

TEXT = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `rdv ([a-z-]+(?: [a-z-]+)*)", re.MULTILINE)
WITHOUT_JSON = {
    "backup": "its answer is the file",
    "completion": "its answer is a script for a shell",
    "knowledge export": "its answer is JSON, for a file",
    "man": "its answer is a page to read",
    "restore": "a person does it, rarely, and reads what is kept where",
    "hook": "an agent calls it, and reads what the agent's own hooks say",
}
SHELL = "completion bash"  # an argument in the place of a word


def paths(group: click.Group, above: str = "") -> Iterator[str]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        assert command.help, f"rdv {above}{name} does not say what it does"
        if isinstance(command, click.Group):
            yield from paths(command, f"{above}{name} ")
        else:
            yield above + name


def test_every_command_is_in_the_document_and_nothing_else_is():
    written = ["completion" if path == SHELL else path for path in ROW.findall(TEXT)]

    assert sorted(written) == sorted(paths(rdv))


def commands(group: click.Group, above: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for path in paths(group, above):
        command: click.Command | None = group
        for word in path.removeprefix(above).split():
            assert isinstance(command, click.Group)
            command = command.get_command(context, word)
        assert command is not None
        yield path, command


def test_every_command_speaks_json_or_says_why_it_does_not():
    silent = {path for path, command in commands(rdv) if not speaks_json(command)}

    assert silent == set(WITHOUT_JSON)


def test_json_never_takes_the_next_word_for_its_fields():
    assert [
        path
        for path, command in commands(rdv)
        if speaks_json(command) and "--json" not in getattr(command, "alone", {})
    ] == []


def speaks_json(command: click.Command) -> bool:
    return any("--json" in param.opts for param in command.params)


def test_every_exit_code_is_in_the_document_and_in_the_help():
    codes = {value for name, value in vars(exits).items() if name.isupper() and name != "OF_STATUS"}

    assert {int(code) for code in re.findall(r"^\| (\d+) \|", TEXT, re.MULTILINE)} == codes
    assert {int(code) for code in re.findall(r"\d+", rdv.help or "")} == codes
