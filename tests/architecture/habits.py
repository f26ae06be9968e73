"""Small habits that become large bugs."""

import ast
import re
from collections.abc import Iterator

from .order import MAY_REMOVE_TREES
from .source import Code, Complaint, Source

LAZY = re.compile(r"#\s*lazy:\s*\S")


def nothing_is_caught_blindly(code: Code) -> Iterator[Complaint]:
    """Outside the kit, whose trade it is to see every crash."""
    for source in code.within("rdvd", "bench", "tools", "tests"):
        for node in source.nodes:
            if isinstance(node, ast.ExceptHandler) and _is_blind(node.type):
                yield source.complain(
                    node.lineno,
                    "this catches everything, bugs too: name the refusal you can answer and let "
                    "the rest crash",
                )


def _is_blind(caught: ast.expr | None) -> bool:
    match caught:
        case None | ast.Name(id="Exception" | "BaseException"):
            return True
        case ast.Tuple(elts=several):
            return any(_is_blind(one) for one in several)
        case _:
            return False


def nobody_sleeps_the_thread(code: Code) -> Iterator[Complaint]:
    for source in code.sources:
        clocks = _names_of_the_time_module(source)
        for node in source.nodes:
            if isinstance(node, ast.Attribute | ast.ImportFrom) and _is_sleep(node, clocks):
                yield source.complain(
                    node.lineno,
                    "time.sleep stops the whole thread: wait for the event itself, or let a "
                    "trio deadline pass",
                )


def _names_of_the_time_module(source: Source) -> set[str]:
    aliases = (
        alias for node in source.nodes if isinstance(node, ast.Import) for alias in node.names
    )
    return {alias.asname or alias.name for alias in aliases if alias.name == "time"}


def _is_sleep(node: ast.Attribute | ast.ImportFrom, clocks: set[str]) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id=name), attr="sleep"):
            return name in clocks
        case ast.ImportFrom(module="time", names=names):
            return any(alias.name == "sleep" for alias in names)
        case _:
            return False


def imports_stand_at_the_top(code: Code) -> Iterator[Complaint]:
    for source in code.sources:
        lines = source.text.splitlines()
        for line in sorted(_lines_of_inner_imports(source)):
            if not LAZY.search(lines[line - 1]):
                yield source.complain(
                    line,
                    "an import inside a function: move it to the top, or say on this line why "
                    "not with `# lazy: <reason>`",
                )


def _lines_of_inner_imports(source: Source) -> set[int]:
    functions = (
        node for node in source.nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return {
        node.lineno
        for function in functions
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }


def only_the_trash_removes_trees(code: Code) -> Iterator[Complaint]:
    for source in code.within("rdvd"):
        if source.file.startswith("rdvd/trash/") or source.file in MAY_REMOVE_TREES:
            continue
        for node in source.nodes:
            if _removes_a_tree(node):
                yield source.complain(
                    getattr(node, "lineno", 1),
                    "this removes a whole directory: what a user has made goes by rdvd.trash "
                    "(MAY_REMOVE_TREES of tests/architecture/order.py has the exceptions)",
                )


def _removes_a_tree(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(attr="rmtree" | "removedirs"):
            return True
        case ast.ImportFrom(module="shutil", names=names):
            return any(alias.name == "rmtree" for alias in names)
        case _:
            return False


def streams_are_no_generators(code: Code) -> Iterator[Complaint]:
    for source in code.within("actors", "rdvd"):
        for node in source.nodes:
            if isinstance(node, ast.AsyncFunctionDef) and _is_bare_generator(node):
                yield source.complain(
                    node.lineno,
                    "whoever leaves an async generator in the middle leaves it unfinished: hand "
                    "in a function that takes each value, or be an asynccontextmanager",
                )


def _is_bare_generator(function: ast.AsyncFunctionDef) -> bool:
    marks = {each.id for each in function.decorator_list if isinstance(each, ast.Name)}
    return "asynccontextmanager" not in marks and any(map(_yields, function.body))


def _yields(node: ast.AST) -> bool:
    """Itself, and not by a function inside of it."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return False
    return isinstance(node, ast.Yield) or any(map(_yields, ast.iter_child_nodes(node)))
