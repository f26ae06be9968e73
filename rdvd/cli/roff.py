"""Manual pages from the definitions of the commands: click in, roff out; see man(7)."""

import re
from collections.abc import Iterator
from inspect import cleandoc
from typing import NamedTuple

import click

from rdvd import VERSION

MARK = '.\\" Made by `rdv man --dir`; changes are lost when it is made anew.'
CODE = re.compile(r"`([^`]+)`")
ENVIRONMENT = {
    "RDV_HOME": "The data directory; without it ~/.remote-dev.",
    "RDV_RUNTIME_DIR": "Where the sockets are; without it run in the data directory.",
    "RDV_API_SOCKET": "The daemon's socket, if it is elsewhere. Set in every session.",
    "NO_COLOR": "There are no colours anyway.",
}


class Page(NamedTuple):
    """`words`: the command as it is typed, such as `rdv auth login`."""

    words: tuple[str, ...]
    command: click.Command
    context: click.Context

    @property
    def name(self) -> str:
        return "-".join(self.words)


def pages(root: click.Command, name: str) -> list[Page]:
    """A page for every command and group, the whole first."""
    return list(_pages(root, (name,), None))


def _pages(
    command: click.Command, words: tuple[str, ...], above: click.Context | None
) -> Iterator[Page]:
    context = click.Context(command, info_name=words[-1], parent=above)
    yield Page(words, command, context)
    for name, below in _commands(command, context):
        yield from _pages(below, (*words, name), context)


def _commands(
    command: click.Command, context: click.Context
) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None  # it has just been listed
            yield name, below


def roff(page: Page, date: str) -> str:
    """The whole page. `date` as 2026-01-31."""
    return "\n".join([*_lines(page, date), ""])


def _lines(page: Page, date: str) -> Iterator[str]:
    yield MARK
    yield f'.TH "{page.name.upper()}" "1" "{date}" "rdv {VERSION}" "rdvd"'
    yield from (".SH NAME", f"{escape(page.name)} \\- {escape(_summary(page.command))}")
    usage = " ".join(page.command.collect_usage_pieces(page.context))
    yield from (".SH SYNOPSIS", f".B {escape(' '.join(page.words))}", escape(usage))
    yield ".SH DESCRIPTION"
    yield from _paragraphs(page.command.help or "")
    yield from _options(page)
    yield from _section("COMMANDS", _below(page))
    if len(page.words) == 1:
        yield from _section("ENVIRONMENT", ENVIRONMENT)
    yield from _see_also(page)


def _options(page: Page) -> Iterator[str]:
    records = (
        param.get_help_record(page.context) for param in page.command.get_params(page.context)
    )
    yield from _section("OPTIONS", dict(record for record in records if record))


def _below(page: Page) -> dict[str, str]:
    found = _commands(page.command, page.context)
    return {" ".join((*page.words, name)): _summary(command) for name, command in found}


def _section(name: str, entries: dict[str, str]) -> Iterator[str]:
    if entries:
        yield f".SH {name}"
    for term, text in entries.items():
        yield from (".TP", f"\\fB{escape(term)}\\fR", rich(" ".join(text.split())) or "\\&")


def _see_also(page: Page) -> Iterator[str]:
    other = "-".join(page.words[:-1]) or "rdvd"
    yield ".SH SEE ALSO"
    yield escape(f"{other}(1)" if page.words[:-1] else "docs/cli.md of rdvd")


def _paragraphs(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(cleandoc(text).split("\n\n")):
        if number:
            yield ".PP"
        if paragraph.startswith("\b\n"):  # click's own sign: leave these lines as they are
            yield from (".nf", *(rich(line) for line in paragraph[2:].split("\n")), ".fi")
        else:
            yield rich(" ".join(paragraph.split()))


def _summary(command: click.Command) -> str:
    """The first sentence."""
    first = " ".join(cleandoc(command.help or "").split("\n\n")[0].split())
    return first.partition(". ")[0].rstrip(".")


def rich(text: str) -> str:
    """What stands in backticks is bold."""
    return CODE.sub(lambda found: f"\\fB{found[1]}\\fR", escape(text))


def escape(text: str) -> str:
    """Nothing in it is a request, an escape or a hyphen that could be typeset as another sign."""
    plain = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...")
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain
