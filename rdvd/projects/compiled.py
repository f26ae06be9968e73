"""What the manifests of compiled and other languages tell. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping

from attrs import frozen

from .reading import mapping, names, toml, words
from .types import Category, Clues, Purpose, Sighting, Words

RUST: Mapping[str, tuple[str, Category]] = {
    "axum": ("Axum", "service"),
    "actix-web": ("Actix Web", "service"),
    "rocket": ("Rocket", "service"),
    "warp": ("warp", "service"),
    "leptos": ("Leptos", "web"),
    "dioxus": ("Dioxus", "web"),
    "tauri": ("Tauri", "desktop"),
    "bevy": ("Bevy", "application"),
    "clap": ("clap", "cli"),
}
GO: Mapping[str, tuple[str, Category]] = {
    "github.com/gin-gonic/gin": ("Gin", "service"),
    "github.com/labstack/echo": ("Echo", "service"),
    "github.com/gofiber/fiber": ("Fiber", "service"),
    "github.com/go-chi/chi": ("chi", "service"),
    "google.golang.org/grpc": ("gRPC", "service"),
    "github.com/spf13/cobra": ("Cobra", "cli"),
    "github.com/charmbracelet/bubbletea": ("Bubble Tea", "cli"),
}
GO_MODULE, GO_VERSION = re.compile(r"[\w./~-]+"), re.compile(r"v\d\S*")


def rust(seen: Sighting) -> Clues:
    if "Cargo.toml" not in seen.texts:
        return Clues()
    about = toml(seen.texts["Cargo.toml"])
    run = {**mapping(about, "dependencies"), **mapping(about, "workspace", "dependencies")}
    found = [RUST[name] for name in RUST if name in run]
    has_main = any(file.path == "src/main.rs" for file in seen.files)
    commands: dict[Purpose, str] = {
        "build": "cargo build", "test": "cargo test", "lint": "cargo clippy",
        **({"dev": "cargo run"} if has_main else {}),
    }  # fmt: skip
    return Clues(
        frameworks=tuple(name for name, _ in found),
        package_managers=("cargo",),
        build_tools=("Cargo",),
        test_tools=("cargo test",),
        lint_tools=("Clippy",),
        commands=commands,
        workspaces=words(mapping(about, "workspace").get("members")),
        dependencies=names(run),
        dev_dependencies=names(mapping(about, "dev-dependencies")),
        hints=(*(category for _, category in found), "application" if has_main else "library"),
    )


def go(seen: Sighting) -> Clues:
    if "go.mod" not in seen.texts:
        return Clues()
    direct = tuple(_required(seen.texts["go.mod"]))[:200]
    found = [GO[name] for name in GO if any(each.startswith(name) for each in direct)]
    entries = _entries(seen.texts.get("go.work", ""), "use")
    used = [entry[0] for entry in entries if entry[0].startswith("./")]
    commands: dict[Purpose, str] = {
        "install": "go mod download", "build": "go build ./...", "test": "go test ./...",
        "lint": "go vet ./...",
    }  # fmt: skip
    is_program = any(re.fullmatch(r"(cmd/[^/]+/)?main\.go", file.path) for file in seen.files)
    return Clues(
        frameworks=tuple(name for name, _ in found),
        package_managers=("go",),
        build_tools=("go",),
        test_tools=("go test",),
        lint_tools=("go vet",),
        commands=commands,
        workspaces=tuple(used),
        dependencies=direct,
        hints=(*(category for _, category in found), "application" if is_program else "library"),
    )


def _required(text: str) -> Iterator[str]:
    for path, *after in _entries(text, "require"):
        is_module = "." in path and GO_MODULE.fullmatch(path) is not None
        is_direct = "// indirect" not in " ".join(after)
        if is_module and is_direct and after and GO_VERSION.fullmatch(after[0]):
            yield path


def _entries(text: str, verb: str) -> Iterator[list[str]]:
    """The words of each line, without the verb that may stand in front of them."""
    for line in text.splitlines():
        said = line.split()
        if entry := said[said[:1] == [verb] :]:
            yield entry


@frozen
class Trade:
    """A language's tools, known by a file at the root; `inside` of it, frameworks by a word."""

    file: str  # a pattern of its name
    tool: str
    commands: Mapping[Purpose, str]
    inside: Mapping[str, tuple[str, Category]]
    tests: str | None = None


TRADES = (
    Trade("pom\\.xml", "Maven", {"build": "mvn package", "test": "mvn test"},
          {"spring-boot": ("Spring Boot", "service"), "quarkus": ("Quarkus", "service")}, "JUnit"),
    Trade("build\\.gradle(\\.kts)?", "Gradle", {"build": "gradle build", "test": "gradle test"},
          {"com.android": ("Android", "mobile"), "springframework": ("Spring Boot", "service")},
          "JUnit"),
    Trade("Gemfile", "Bundler", {"install": "bundle install"},
          {"rails": ("Rails", "web"), "sinatra": ("Sinatra", "web")}),
    Trade("composer\\.json", "Composer", {"install": "composer install"},
          {"laravel/framework": ("Laravel", "web"), "symfony/": ("Symfony", "web")}, "PHPUnit"),
    Trade("mix\\.exs", "Mix",
          {"install": "mix deps.get", "build": "mix compile", "test": "mix test"},
          {":phoenix": ("Phoenix", "web")}, "ExUnit"),
    Trade("pubspec\\.yaml", "pub", {"install": "dart pub get", "test": "dart test"},
          {"sdk: flutter": ("Flutter", "mobile")}),
    Trade("Package\\.swift", "SwiftPM", {"build": "swift build", "test": "swift test"},
          {"vapor": ("Vapor", "service")}, "XCTest"),
    Trade("[^/]+\\.(sln|csproj|fsproj)", ".NET",
          {"build": "dotnet build", "test": "dotnet test", "dev": "dotnet run"},
          {"Microsoft.NET.Sdk.Web": ("ASP.NET", "service")}),
    Trade("CMakeLists\\.txt", "CMake",
          {"build": "cmake -B build && cmake --build build", "test": "ctest --test-dir build"}, {}),
    Trade("meson\\.build", "Meson",
          {"build": "meson setup build && ninja -C build", "test": "meson test -C build"}, {}),
    Trade("build\\.zig", "Zig", {"build": "zig build", "test": "zig build test"}, {}),
    Trade("stack\\.yaml", "Stack", {"build": "stack build", "test": "stack test"}, {}),
    Trade("dune-project", "Dune", {"build": "dune build", "test": "dune test"}, {}),
    Trade("(MODULE|WORKSPACE)(\\.bazel)?", "Bazel",
          {"build": "bazel build //...", "test": "bazel test //..."}, {}),
)  # fmt: skip


def _trade(trade: Trade) -> Callable[[Sighting], Clues]:
    def look(seen: Sighting) -> Clues:
        texts = [text for path, text in seen.texts.items() if re.fullmatch(trade.file, path)]
        if not texts:
            return Clues()
        found = [each for word, each in trade.inside.items() if any(word in t for t in texts)]
        tests: Words = (trade.tests,) if trade.tests else ()
        return Clues(
            frameworks=tuple(name for name, _ in found),
            package_managers=(trade.tool,) if "install" in trade.commands else (),
            build_tools=(trade.tool,),
            test_tools=tests,
            commands=trade.commands,
            hints=tuple(category for _, category in found),
        )

    return look


OTHERS = tuple(_trade(trade) for trade in TRADES)
