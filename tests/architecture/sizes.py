"""Ceilings: what is too long to be kept in one look."""

import ast
from collections.abc import Iterator

from .order import ACTORS_CEILING, FILE_CEILING, FUNCTION_CEILING
from .source import Code, Complaint

Function = ast.FunctionDef | ast.AsyncFunctionDef


def files_are_short(code: Code) -> Iterator[Complaint]:
    for source in code.sources:
        lines = _lines(source.text)
        if lines > FILE_CEILING:
            yield source.complain(
                lines,
                f"the file has {lines} lines, over {FILE_CEILING}: split it by what it is for",
            )


def functions_are_short(code: Code) -> Iterator[Complaint]:
    for source in code.sources:
        for node in source.nodes:
            if isinstance(node, Function) and (lines := _length(node)) > FUNCTION_CEILING:
                yield source.complain(
                    node.lineno,
                    f"{node.name} has {lines} lines, over {FUNCTION_CEILING}: name its parts and "
                    "make them functions",
                )


def the_kit_is_small(code: Code) -> Iterator[Complaint]:
    helpers = "actors/testing.py"
    kit = [source for source in code.within("actors") if source.file != helpers]
    lines = sum(_lines_with_something(source.text) for source in kit)
    if lines >= ACTORS_CEILING:
        yield Complaint(
            "actors/__init__.py",
            1,
            f"the kit has {lines} lines that are not blank and must stay under "
            f"{ACTORS_CEILING:,}: take something out",
        )


def _lines(text: str) -> int:
    return len(text.splitlines())


def _lines_with_something(text: str) -> int:
    return sum(1 for line in text.splitlines() if line.strip())


def _length(function: Function) -> int:
    """Lines from `def` to the end, without the docstring."""
    whole = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function, clean=False) is None:
        return whole
    docstring = function.body[0]
    return whole - ((docstring.end_lineno or docstring.lineno) - docstring.lineno + 1)
