"""What is known of a project from its files."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from attrs import field, frozen

Category: TypeAlias = Literal[
    "web", "service", "cli", "library", "mobile", "desktop", "infrastructure", "application",
    "unknown",
]  # fmt: skip
Purpose: TypeAlias = Literal["install", "dev", "build", "test", "lint"]

Words: TypeAlias = tuple[str, ...]


@frozen
class Language:
    """`share` is its part of all bytes of source, from 0 to 1."""

    name: str
    files: int
    share: float


@frozen
class Project:
    """Lists come in the order of importance; the first command for a purpose is the one to use."""

    category: Category
    primary_language: str | None
    languages: tuple[Language, ...]
    frameworks: Words
    package_manager: str | None
    build_tools: Words
    test_tools: Words
    lint_tools: Words
    commands: Mapping[Purpose, str]
    ci: Words
    containers: Words
    is_monorepo: bool
    workspaces: Words  # directories or patterns of them
    dependencies: Words
    dev_dependencies: Words
    total_files: int
    source_files: int
    test_files: int
    is_complete: bool  # not if there was more than we look at


@frozen
class Entry:
    """A file, by its path below the project with slashes."""

    path: str
    size: int


@frozen
class Sighting:
    """What was seen of a project's directory: its files, and the text of those that describe it."""

    files: tuple[Entry, ...]
    texts: Mapping[str, str]
    is_complete: bool = True


@frozen
class Clues:
    """What one manifest tells. Several are added up; what was said first is more important."""

    frameworks: Words = ()
    package_managers: Words = ()
    build_tools: Words = ()
    test_tools: Words = ()
    lint_tools: Words = ()
    commands: Mapping[Purpose, str] = field(factory=dict[Purpose, str])
    workspaces: Words = ()
    dependencies: Words = ()
    dev_dependencies: Words = ()
    hints: tuple[Category, ...] = ()

    def __add__(self, other: "Clues") -> "Clues":
        return Clues(
            _joined(self.frameworks, other.frameworks),
            _joined(self.package_managers, other.package_managers),
            _joined(self.build_tools, other.build_tools),
            _joined(self.test_tools, other.test_tools),
            _joined(self.lint_tools, other.lint_tools),
            {**other.commands, **self.commands},
            _joined(self.workspaces, other.workspaces),
            _joined(self.dependencies, other.dependencies),
            _joined(self.dev_dependencies, other.dev_dependencies),
            (*self.hints, *other.hints),
        )


def _joined(first: Words, second: Words) -> Words:
    return tuple(dict.fromkeys((*first, *second)))


@frozen
class Remembered:
    """`outline` tells whether the project still is as it was at `at`, in milliseconds."""

    outline: str
    found: Project
    at: int
