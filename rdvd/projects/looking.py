"""Looking at a project's directory: bounded in every way, and through no link. It blocks."""

import os
import time
from collections import deque
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

from attrs import frozen

from .types import Entry, Sighting

LARGEST_TEXT = 1024 * 1024
# What is made, fetched or kept beside the sources, in whatever language.
PASSED_OVER = frozenset(
    {
        ".git", ".hg", ".svn", ".jj", "node_modules", "bower_components", "vendor", "third_party",
        ".venv", "venv", ".tox", ".nox", "__pycache__", ".mypy_cache", ".pytest_cache",
        ".ruff_cache", "site-packages", "target", "dist", "build", "out", ".next", ".nuxt",
        ".output", ".svelte-kit", ".turbo", ".cache", ".gradle", ".idea", ".terraform", "coverage",
        "Pods", "DerivedData", "_build", "deps", "elm-stuff", "zig-cache", ".direnv",
    }
)  # fmt: skip
# Read if they stand at the root.
DESCRIBING = frozenset(
    {
        "package.json", "pnpm-workspace.yaml", "deno.json", "deno.jsonc", "pyproject.toml",
        "setup.py", "Pipfile", "Cargo.toml", "go.mod", "go.work", "pom.xml", "build.gradle",
        "build.gradle.kts", "Gemfile", "composer.json", "mix.exs", "pubspec.yaml", "Package.swift",
        "CMakeLists.txt", "meson.build", "build.zig", "stack.yaml", "dune-project", "MODULE.bazel",
        "WORKSPACE", "WORKSPACE.bazel", "Makefile", "makefile", "justfile", "Justfile",
    }
)  # fmt: skip
DESCRIBING_ENDINGS = (".sln", ".csproj", ".fsproj")


@frozen
class Bounds:
    files: int = 50_000
    depth: int = 12
    seconds: float = 5.0


def look(root: Path, bounds: Bounds = Bounds()) -> Sighting:
    """OSError if the directory itself cannot be read; what cannot be read below it is left out."""
    _entries_or_error(root)
    files, until = list[Entry](), time.monotonic() + bounds.seconds
    for entry in _walk(root, bounds.depth):
        if len(files) >= bounds.files or time.monotonic() > until:
            return Sighting(tuple(files), _texts(root, files), is_complete=False)
        files.append(entry)
    return Sighting(tuple(files), _texts(root, files))


def outline(root: Path) -> str:
    """A short word that is another one once the root, or a file that describes it, has changed."""
    digest = blake2b(digest_size=16)
    for entry in _entries_or_error(root):
        digest.update(f"{entry.name}\0".encode(errors="surrogateescape"))
        if is_describing(entry.name) and entry.is_file(follow_symlinks=False):
            digest.update(f"{_text(root / entry.name)}\0".encode(errors="surrogatepass"))
    return digest.hexdigest()


def is_describing(name: str) -> bool:
    is_listed = name in DESCRIBING or name.endswith(DESCRIBING_ENDINGS)
    return is_listed or (name.startswith("requirements") and name.endswith(".txt"))


def _walk(root: Path, depth: int) -> Iterator[Entry]:
    """What is near the root first, so that a bound cuts off what matters least."""
    waiting = deque([("", 0)])
    while waiting:
        below, level = waiting.popleft()
        for entry in _entries(root / below):
            path = f"{below}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in PASSED_OVER and level < depth:
                    waiting.append((f"{path}/", level + 1))
            elif entry.is_file(follow_symlinks=False):
                yield Entry(path, _size(entry))


def _entries(directory: Path) -> list[os.DirEntry[str]]:
    try:
        return _entries_or_error(directory)
    except OSError:
        return []


def _entries_or_error(directory: Path) -> list[os.DirEntry[str]]:
    with os.scandir(directory) as found:
        return sorted(found, key=lambda each: each.name)


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_size
    except OSError:
        return 0


def _texts(root: Path, files: list[Entry]) -> dict[str, str]:
    texts = dict[str, str]()
    for file in files:
        if "/" not in file.path and is_describing(file.path) and file.size <= LARGEST_TEXT:
            text = _text(root / file.path)
            if text is not None:
                texts[file.path] = text
    return texts


def _text(path: Path) -> str | None:
    """What lies there now may be another thing than what was seen."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            return file.read(LARGEST_TEXT).decode(errors="replace")
    except OSError:
        return None
