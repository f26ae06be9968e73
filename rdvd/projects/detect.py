"""A project from what was seen of it. Pure."""

from collections import Counter
from functools import reduce
from operator import add

from .compiled import OTHERS, go, rust
from .javascript import deno, javascript, with_tools
from .languages import is_test, language_of, languages_of
from .python import python
from .surroundings import CI, CONTAINERS, matching, targets
from .types import Category, Clues, Project, Sighting

# Whose commands count first: what a project spells out goes before what its language is used to.
READERS = (targets, javascript, deno, python, rust, go, *OTHERS)
# A web application has a service and a command line too; who reads wants to know the first.
RANK: tuple[Category, ...] = (
    "mobile", "desktop", "web", "service", "cli", "application", "library", "infrastructure",
)  # fmt: skip
MOST_DEPENDENCIES = 200


def detect(seen: Sighting) -> Project:
    clues = with_tools(reduce(add, (read(seen) for read in READERS), Clues()), seen)
    languages = languages_of(seen.files)
    primary = languages[0].name if languages else None
    containers = matching(CONTAINERS, seen)
    return Project(
        category=_category(clues, primary, containers),
        primary_language=primary,
        languages=languages,
        frameworks=clues.frameworks,
        package_manager=next(iter(clues.package_managers), None),
        build_tools=clues.build_tools,
        test_tools=clues.test_tools,
        lint_tools=clues.lint_tools,
        commands=clues.commands,
        ci=matching(CI, seen),
        containers=containers,
        is_monorepo=_is_monorepo(clues, seen),
        workspaces=clues.workspaces,
        dependencies=clues.dependencies[:MOST_DEPENDENCIES],
        dev_dependencies=clues.dev_dependencies[:MOST_DEPENDENCIES],
        total_files=len(seen.files),
        source_files=sum(language_of(file.path) is not None for file in seen.files),
        test_files=sum(
            is_test(file.path) and language_of(file.path) is not None for file in seen.files
        ),
        is_complete=seen.is_complete,
    )


def _category(clues: Clues, primary: str | None, containers: tuple[str, ...]) -> Category:
    hints = set(clues.hints)
    found: Category | None = next((each for each in RANK if each in hints), None)
    if found is not None:
        return found
    if primary == "Terraform" or (primary is None and containers):
        return "infrastructure"
    if primary is None:
        return "unknown"
    return "application"


def _is_monorepo(clues: Clues, seen: Sighting) -> bool:
    if clues.workspaces or {"Turborepo", "Nx", "Lerna", "Bazel"} & set(clues.build_tools):
        return True
    manifests = ("package.json", "pyproject.toml", "Cargo.toml", "go.mod")
    deeper = Counter(
        file.path.rpartition("/")[2] for file in seen.files if file.path.count("/") in {1, 2}
    )
    return any(deeper[name] > 1 for name in manifests)
