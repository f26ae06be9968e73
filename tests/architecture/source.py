"""Our code as syntax trees, and the imports in it."""

import ast
import gc
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from attrs import frozen

from .order import PACKAGES


@frozen
class Complaint:
    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}"


@frozen(eq=False, repr=False)
class Source:
    file: str
    module: str
    text: str
    syntax: ast.Module
    nodes: tuple[ast.AST, ...]  # all of the tree: every rule looks at them

    @property
    def package(self) -> str:
        """The top of the module's name: actors, rdvd, tests ..."""
        return self.module.split(".")[0]

    @property
    def is_face(self) -> bool:
        return self.file.endswith("__init__.py")

    def complain(self, line: int, sentence: str) -> Complaint:
        return Complaint(self.file, line, sentence)


@frozen
class Import:
    line: int
    module: str


@frozen(eq=False, repr=False)
class Code:
    sources: tuple[Source, ...]

    @cached_property
    def _by_module(self) -> dict[str, Source]:
        return {source.module: source for source in self.sources}

    def within(self, *packages: str) -> Iterator[Source]:
        return (source for source in self.sources if source.package in packages)

    def imports(self, source: Source) -> list[Import]:
        return list(dict.fromkeys(self._imports(source)))

    def _imports(self, source: Source) -> Iterator[Import]:
        for node in source.nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield Import(node.lineno, alias.name)
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    yield Import(node.lineno, self._module(_base(source, node), alias.name))

    def _module(self, base: str, name: str) -> str:
        """`from a import b` is about the module a.b if there is one and a gives no b itself."""
        known = self._by_module
        whole = f"{base}.{name}"
        return whole if whole in known and not _offers(known.get(base), name) else base


def read_code(root: Path) -> Code:
    paths = [path for package in PACKAGES for path in sorted((root / package).rglob("*.py"))]
    gc.disable()  # it would look through millions of nodes, again and again, and free none
    try:
        return Code(tuple(_read(root, path) for path in paths))
    finally:
        gc.enable()


def _read(root: Path, path: Path) -> Source:
    file = path.relative_to(root)
    parts = file.with_suffix("").parts
    module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    text = path.read_text(encoding="utf-8")
    syntax = ast.parse(text, str(file))
    return Source(str(file), module, text, syntax, tuple(ast.walk(syntax)))


def _base(source: Source, node: ast.ImportFrom) -> str:
    """The module after `from`, in full."""
    if not node.level:
        return node.module or ""
    parts = source.module.split(".")
    up = node.level - 1 if source.is_face else node.level
    return ".".join([*parts[: len(parts) - up], *([node.module] if node.module else [])])


def _offers(face: Source | None, name: str) -> bool:
    """Whether a module has a name of its own, which then hides a submodule of that name."""
    return face is not None and any(
        name == (alias.asname or alias.name)
        for node in face.syntax.body
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    )
