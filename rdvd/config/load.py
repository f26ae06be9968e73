"""From files and environment to one Config, or to a list of everything that is wrong with them."""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, cast

from attrs import define, field

from rdvd.config.lines import lines_of
from rdvd.config.types import KEYS, SECTIONS, Config, Key
from rdvd.config.values import as_toml, from_text, from_toml
from rdvd.ground.errors import BadInput, Problem
from rdvd.ground.places import Places, check_socket_path
from rdvd.ground.private import BadPlace, read_private
from rdvd.ground.redaction import redact

SOCKETS = ("server.api_socket", "server.terminal_socket")


class BadConfig(Problem):
    """Everything that is wrong, at once; nothing was taken over."""

    status: ClassVar[int] = 400
    title: ClassVar[str] = "The configuration is wrong"
    code: str = "BAD_CONFIG"

    def __init__(self, problems: list[str]) -> None:
        problems = [redact(problem) for problem in problems]  # each quotes what was written
        super().__init__("\n".join(problems), problems=problems)
        self.problems = problems


@define
class Gathered:
    """What has been found so far; a later source wins."""

    environ: Mapping[str, str]
    values: dict[str, Any]
    sources: dict[str, str]
    problems: list[str] = field(factory=list[str])

    def take(self, key: Key, value: object, where: str, *, is_text: bool = False) -> None:
        try:
            parse = from_text if is_text else from_toml
            self.values[key.dotted] = parse(key, cast(Any, value), self.environ)
        except BadInput as error:
            self.problems.append(f"{where}: {error.detail}")
        else:
            self.sources[key.dotted] = where


def load(places: Places, environ: Mapping[str, str], *, draft: Path | None = None) -> Config:
    """Defaults, then config.toml, then server/config.toml, then RDV_<SECTION>_<KEY>.

    A `draft` is read as if it stood where server/config.toml does.
    """
    gathered = Gathered(environ, defaults(places), dict.fromkeys(KEYS, "default"))
    for file in (places.config_file, draft or places.server_config_file):
        _take_file(gathered, file)
    _take_environment(gathered)
    _check_sockets(gathered)
    if gathered.problems:
        raise BadConfig(gathered.problems)
    return build(gathered.values, gathered.sources)


def defaults(places: Places) -> dict[str, Any]:
    return {
        dotted: getattr(places, key.about.place) if key.about.place else key.default
        for dotted, key in KEYS.items()
    }


def build(values: Mapping[str, Any], sources: Mapping[str, str]) -> Config:
    sections = {
        section: kind(
            **{key.name: values[key.dotted] for key in KEYS.values() if key.section == section}
        )
        for section, kind in SECTIONS.items()
    }
    return Config(**sections, sources=dict(sources))


def suggestion(word: str, known: Iterator[str] | list[str]) -> str:
    """`; did you mean ...?`, or what there is."""
    known = list(known)
    near = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; there is {', '.join(known)}"


def _take_file(gathered: Gathered, file: Path) -> None:
    try:
        content = read_private(file, may_be_link=True)  # people keep such files elsewhere
        text = (content or b"").decode()
        document = tomllib.loads(text)
    except BadPlace as error:
        gathered.problems.append(error.detail)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        gathered.problems.append(f"{file}:{line}: this is not UTF-8")
    except tomllib.TOMLDecodeError as error:
        gathered.problems.append(f"{file}:{_what_is_no_toml(str(error))}")
    else:
        _take_document(gathered, file, document, lines_of(text))


def _take_document(
    gathered: Gathered, file: Path, document: dict[str, object], lines: dict[str, int]
) -> None:
    for section, content in document.items():
        where = _where(file, lines, section)
        if section not in SECTIONS:
            hint = suggestion(section, list(SECTIONS))
            gathered.problems.append(f"{where}: there is no section {section}{hint}")
        elif not isinstance(content, dict):
            gathered.problems.append(f"{where}: {section} is a section: write [{section}]")
        else:
            _take_section(gathered, file, section, cast(dict[str, object], content), lines)


def _take_section(
    gathered: Gathered, file: Path, section: str, content: dict[str, object], lines: dict[str, int]
) -> None:
    for name, value in content.items():
        where = _where(file, lines, f"{section}.{name}", section)
        if key := KEYS.get(f"{section}.{name}"):
            gathered.take(key, value, where)
        else:
            known = [key.name for key in KEYS.values() if key.section == section]
            hint = suggestion(name, known)
            gathered.problems.append(f"{where}: there is no {name} in [{section}]{hint}")


def _take_environment(gathered: Gathered) -> None:
    by_variable = {key.variable: key for key in KEYS.values()}
    prefixes = tuple(f"RDV_{section.upper()}_" for section in SECTIONS)
    for variable in sorted(name for name in gathered.environ if name.startswith(prefixes)):
        if key := by_variable.get(variable):
            text = gathered.environ[variable]
            gathered.take(key, text, f"environment {variable}", is_text=True)
        else:
            hint = suggestion(variable, list(by_variable))
            gathered.problems.append(f"environment: there is no setting {variable}{hint}")


def _check_sockets(gathered: Gathered) -> None:
    for dotted in SOCKETS:
        try:
            check_socket_path(gathered.values[dotted])
        except BadPlace as error:
            gathered.problems.append(f"{gathered.sources[dotted]}: {dotted}: {error.detail}")
    if gathered.values[SOCKETS[0]] == gathered.values[SOCKETS[1]]:
        shared = as_toml(gathered.values[SOCKETS[0]])
        gathered.problems.append(f"{' and '.join(SOCKETS)} are both {shared}; they must differ")


def _what_is_no_toml(error: str) -> str:
    found = re.search(r"at line (\d+)", error)
    line = found[1] if found else "end"
    is_second = error.startswith(("Cannot overwrite", "Cannot declare"))
    what = "this stands here a second time" if is_second else "this is not TOML"
    return f"{line}: {what}: {error}"


def _where(file: Path, lines: dict[str, int], *names: str) -> str:
    line = next((lines[name] for name in names if name in lines), None)
    return str(file) if line is None else f"{file}:{line}"
