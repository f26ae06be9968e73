"""docs/cli.md and the program say the same."""

import re
from collections.abc import Iterator
from pathlib import Path

import click

from rdvd.cli import exits
from rdvd.cli.main import rdv

TEXT = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `rdv ([a-z-]+(?: [a-z-]+)*)", re.MULTILINE)
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


def test_every_exit_code_is_in_the_document_and_in_the_help():
    codes = {value for name, value in vars(exits).items() if name.isupper() and name != "OF_STATUS"}

    assert {int(code) for code in re.findall(r"^\| (\d+) \|", TEXT, re.MULTILINE)} == codes
    assert {int(code) for code in re.findall(r"\d+", rdv.help or "")} == codes
