import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdvd.projects.detect import detect
from rdvd.projects.looking import DESCRIBING, Bounds, look, outline
from rdvd.projects.types import Entry, Project, Sighting

HERE = Path(__file__).parents[2]


def made(root: Path, files: dict[str, str]) -> Project:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return detect(look(root))


def test_a_next_application_with_pnpm(tmp_path: Path) -> None:
    package = {
        "private": True,
        "scripts": {"dev": "next dev", "build": "next build", "test": "vitest", "lint": "eslint"},
        "dependencies": {"next": "15", "react": "19"},
        "devDependencies": {"vitest": "3", "eslint": "9", "typescript": "5"},
    }
    found = made(tmp_path, {
        "package.json": json.dumps(package), "pnpm-lock.yaml": "", "app/page.tsx": "x" * 90,
        "app/page.test.tsx": "y", "Dockerfile": "", ".github/workflows/ci.yml": "",
        "node_modules/react/index.js": "z" * 1000,
    })  # fmt: skip
    assert found.category == "web"
    assert (found.primary_language, found.frameworks) == ("TypeScript", ("Next.js", "React"))
    assert found.commands == {
        "install": "pnpm install", "dev": "pnpm run dev", "build": "pnpm run build",
        "test": "pnpm run test", "lint": "pnpm run lint",
    }  # fmt: skip
    assert (found.test_tools, found.lint_tools) == (("Vitest",), ("ESLint",))
    assert (found.ci, found.containers) == (("GitHub Actions",), ("Dockerfile",))
    assert (found.dependencies, found.package_manager) == (("next", "react"), "pnpm")
    assert (found.source_files, found.test_files, found.is_monorepo) == (2, 1, False)


def test_a_service_in_python_with_uv(tmp_path: Path) -> None:
    found = made(tmp_path, {
        "pyproject.toml": """
            [project]
            name = "x"
            dependencies = ["FastAPI[all]>=0.1; python_version > '3'", "msgspec"]
            [dependency-groups]
            dev = ["pytest", "ruff", {include-group = "x"}]
            [build-system]
            build-backend = "hatchling.build"
        """,
        "uv.lock": "", "src/x.py": "print()",
    })  # fmt: skip
    assert (found.category, found.frameworks) == ("service", ("FastAPI",))
    assert (found.package_manager, found.build_tools) == ("uv", ("Hatch",))
    assert found.commands == {
        "install": "uv sync", "test": "uv run pytest", "lint": "uv run ruff check",
    }  # fmt: skip
    assert (found.dependencies, found.dev_dependencies) == (
        ("fastapi", "msgspec"), ("pytest", "ruff"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("files", "category", "test", "primary"),
    [
        ({"Cargo.toml": '[dependencies]\nclap = "4"', "src/main.rs": "fn"},
         "cli", "cargo test", "Rust"),
        ({"Cargo.toml": "[package]", "src/lib.rs": "fn"}, "library", "cargo test", "Rust"),
        ({"go.mod": "require (\n\tgithub.com/gin-gonic/gin v1.9\n)", "main.go": "x"},
         "service", "go test ./...", "Go"),
        ({"requirements.txt": "Django==5 # web\n-r x\n", "manage.py": "x"},
         "web", "python manage.py test", "Python"),
        ({"pom.xml": "<a>spring-boot</a>", "A.java": "x"}, "service", "mvn test", "Java"),
        ({"Gemfile": "gem 'rails'", "a.rb": "x"}, "web", None, "Ruby"),
        ({"CMakeLists.txt": "", "a.cpp": "x"}, "application", "ctest --test-dir build", "C++"),
        ({"App.csproj": "Microsoft.NET.Sdk.Web", "a.cs": "x"}, "service", "dotnet test", "C#"),
        ({"main.tf": "x"}, "infrastructure", None, "Terraform"),
        ({"deno.json": "{}", "a.ts": "x"}, "application", "deno test", "TypeScript"),
        ({"README.md": "x"}, "unknown", None, None),
    ],
)  # fmt: skip
def test_many_kinds_of_projects(
    tmp_path: Path, files: dict[str, str], category: str, test: str | None, primary: str | None
) -> None:
    found = made(tmp_path, files)
    assert (found.category, found.commands.get("test"), found.primary_language) == (
        category, test, primary,
    )  # fmt: skip


@pytest.mark.parametrize(
    "files",
    [
        {"package.json": '{"workspaces": ["packages/*"]}'},
        {"package.json": '{"workspaces": {"packages": ["a"]}}'},
        {"package.json": "{}", "pnpm-workspace.yaml": "packages:\n  - 'apps/*'\n"},
        {"Cargo.toml": '[workspace]\nmembers = ["a", "b"]'},
        {"pyproject.toml": '[tool.uv.workspace]\nmembers = ["libs/*"]'},
        {"go.mod": "", "go.work": "use (\n\t./a\n)"},
        {"a/package.json": "{}", "b/package.json": "{}"},
        {"package.json": "{}", "turbo.json": "{}"},
    ],
)
def test_many_packages_in_one_place_are_seen(tmp_path: Path, files: dict[str, str]) -> None:
    assert made(tmp_path, files).is_monorepo


def test_what_a_project_spells_out_goes_before_what_its_language_is_used_to(tmp_path: Path) -> None:
    found = made(tmp_path, {
        "Cargo.toml": "[package]", "Makefile": "X := 1\ntest: build\n\tx\nlint:\n\ty\n",
        "justfile": "set x := 1\n@test filter='':\n    x\n",
    })  # fmt: skip
    assert found.commands["test"] == "just test"
    assert (found.commands["lint"], found.commands["build"]) == ("make lint", "cargo build")


def test_links_are_not_followed_and_pipes_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "package.json").write_text('{"scripts": {"test": "x"}}')
    (tmp_path / "in" / "package.json").symlink_to(tmp_path / "package.json")
    (tmp_path / "in" / "up").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "in" / "Makefile")
    found = look(tmp_path / "in")
    assert (found.files, dict(found.texts)) == ((), {})


def test_a_bound_is_kept_and_told(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"{number}.py").write_text("x")
    found = detect(look(tmp_path, Bounds(files=5)))
    assert (found.total_files, found.is_complete) == (5, False)


def test_a_name_that_is_no_text_does_no_harm(tmp_path: Path) -> None:
    (Path(str(tmp_path).encode().decode()) / "a\udcff\n.py").write_text("x")
    assert detect(look(tmp_path)).primary_language == "Python"


def test_this_project_knows_itself() -> None:
    found = detect(look(HERE))
    assert (found.primary_language, found.is_complete) == ("Python", True)
    assert "Quart" in found.frameworks
    assert "pytest" in found.test_tools


def test_the_outline_changes_with_what_describes_and_not_with_the_rest(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("a")
    (tmp_path / "x.go").write_text("a")
    before = outline(tmp_path)
    (tmp_path / "x.go").write_text("b")
    same = outline(tmp_path)
    (tmp_path / "go.mod").write_text("b")
    assert (before == same, same == outline(tmp_path)) == (True, False)


@given(
    st.dictionaries(st.sampled_from(sorted(DESCRIBING)), st.text() | st.sampled_from(
        ["[]", "3", '{"dependencies": [], "scripts": 3, "workspaces": {"packages": 1}}',
         "[project]\ndependencies = 3", "[tool]\nuv = 3", "[tool.poetry.group]\nx = 1",
         "[workspace]\nmembers = [1]", "[dependency-groups]\nx = [3]", "[" * 5000]
    )),
    st.lists(st.text(min_size=1), max_size=5),
)  # fmt: skip
def test_whatever_stands_in_the_files_there_is_an_answer(
    texts: dict[str, str], others: list[str]
) -> None:
    paths = [*texts, *others]
    found = detect(Sighting(tuple(Entry(path, 1) for path in paths), texts))
    assert found.total_files == len(paths)
