"""What pyproject.toml and its company tell. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from .reading import mapping, picked, required, text_of, toml, words
from .types import Category, Clues, Purpose, Sighting, Words

FRAMEWORKS: Mapping[str, tuple[str, Category]] = {
    "django": ("Django", "web"),
    "fastapi": ("FastAPI", "service"),
    "flask": ("Flask", "web"),
    "litestar": ("Litestar", "service"),
    "quart": ("Quart", "service"),
    "quart-trio": ("Quart", "service"),
    "starlette": ("Starlette", "service"),
    "aiohttp": ("aiohttp", "service"),
    "tornado": ("Tornado", "service"),
    "streamlit": ("Streamlit", "web"),
    "pyside6": ("Qt", "desktop"),
    "pyqt6": ("Qt", "desktop"),
    "trio": ("Trio", "application"),
    "torch": ("PyTorch", "application"),
    "typer": ("Typer", "cli"),
    "click": ("Click", "cli"),
}
TESTS = {"pytest": "pytest", "tox": "tox", "nox": "nox", "hypothesis": "Hypothesis"}
LINTERS = {
    "ruff": "Ruff", "black": "Black", "flake8": "Flake8", "pylint": "Pylint", "mypy": "mypy",
    "pyright": "Pyright", "isort": "isort",
}  # fmt: skip
BACKENDS = {
    "hatchling": "Hatch", "setuptools": "setuptools", "poetry": "Poetry", "flit_core": "Flit",
    "pdm": "PDM", "maturin": "maturin", "scikit_build_core": "scikit-build", "uv_build": "uv",
}  # fmt: skip
LOCKS = {"uv.lock": "uv", "poetry.lock": "poetry", "pdm.lock": "pdm", "Pipfile.lock": "pipenv"}
INSTALL = {
    "uv": "uv sync", "poetry": "poetry install", "pdm": "pdm install",
    "pipenv": "pipenv install --dev",
}  # fmt: skip
RUN = {"uv": "uv run ", "poetry": "poetry run ", "pdm": "pdm run ", "pipenv": "pipenv run "}
REQUIREMENTS = re.compile(r"requirements[^/]*\.txt")


def python(seen: Sighting) -> Clues:
    listed = [path for path in seen.texts if REQUIREMENTS.fullmatch(path)]
    if not listed and seen.texts.keys().isdisjoint({"pyproject.toml", "setup.py", "Pipfile"}):
        return Clues()
    about = toml(seen.texts.get("pyproject.toml"))
    tools, manager = mapping(about, "tool"), _manager(seen, about)
    run, dev = _run_needs(seen, about, tools, listed), _dev_needs(seen, about, tools, listed)
    both = {*run, *dev, *tools}
    found = [FRAMEWORKS[name] for name in FRAMEWORKS if name in both]
    tests, linters = picked(TESTS, both), picked(LINTERS, both)
    backend = text_of(mapping(about, "build-system"), "build-backend")
    hints: tuple[Category, ...] = ("cli",) if mapping(about, "project", "scripts") else ()
    library: tuple[Category, ...] = ("library",) if mapping(about, "project") else ()
    return Clues(
        frameworks=tuple(dict.fromkeys(name for name, _ in found)),
        package_managers=(manager,),
        build_tools=tuple(name for part, name in BACKENDS.items() if backend.startswith(part)),
        test_tools=tests,
        lint_tools=linters,
        commands=_commands(seen, manager, tests, linters, listed),
        workspaces=words(mapping(tools, "uv", "workspace").get("members")),
        dependencies=run,
        dev_dependencies=dev,
        hints=(*hints, *(category for _, category in found), *library),
    )


def _manager(seen: Sighting, about: Mapping[str, Any]) -> str:
    there = {file.path for file in seen.files}
    locked = next((name for lock, name in LOCKS.items() if lock in there), None)
    tools = mapping(about, "tool")
    return locked or next((name for name in ("poetry", "pdm", "uv") if name in tools), "pip")


def _run_needs(
    seen: Sighting, about: Mapping[str, Any], tools: Mapping[str, Any], listed: list[str]
) -> Words:
    poetry = tuple(name.lower() for name in mapping(tools, "poetry", "dependencies"))
    files = [each for each in listed if "dev" not in each and "test" not in each]
    return tuple(
        dict.fromkeys(
            (
                *required(mapping(about, "project").get("dependencies")),
                *(name for name in poetry if name != "python"),
                *_from_files(seen, files),
            )
        )
    )


def _dev_needs(
    seen: Sighting, about: Mapping[str, Any], tools: Mapping[str, Any], listed: list[str]
) -> Words:
    groups = [
        *mapping(about, "project", "optional-dependencies").values(),
        *mapping(about, "dependency-groups").values(),
    ]
    poetry = mapping(tools, "poetry", "group")
    named = [name for group in poetry for name in mapping(poetry, group, "dependencies")]
    files = [each for each in listed if "dev" in each or "test" in each]
    found = (name for group in groups for name in required(group))
    return tuple(dict.fromkeys((*found, *(n.lower() for n in named), *_from_files(seen, files))))


def _from_files(seen: Sighting, files: list[str]) -> Words:
    lines = [line for file in files for line in seen.texts[file].splitlines()]
    return required([line for line in lines if line.strip()[:1] not in {"#", "-", ""}])


def _commands(
    seen: Sighting, manager: str, tests: Words, linters: Words, listed: list[str]
) -> dict[Purpose, str]:
    run, commands = RUN.get(manager, ""), dict[Purpose, str]()
    plain = f"pip install -r {min(listed)}" if listed else "pip install -e ."
    commands["install"] = INSTALL.get(manager, plain)
    if "pytest" in tests or "tox" in tests or "nox" in tests:
        commands["test"] = run + next(each for each in ("nox", "tox", "pytest") if each in tests)
    if "Ruff" in linters:
        commands["lint"] = f"{run}ruff check"
    if "manage.py" in {file.path for file in seen.files}:
        commands["dev"] = f"{run}python manage.py runserver"
        commands.setdefault("test", f"{run}python manage.py test")
    return commands
