"""Names of branches, by the rules of `git check-ref-format --branch`. Pure."""

import os
from collections.abc import Mapping

from rdvd.ground.errors import BadInput

# A ref is a file while it is loose: a component needs room for `.lock` behind it.
LONGEST_COMPONENT = 250
LONGEST_NAME = 1_000
LONGEST_QUOTE = 500
MEANS_SOMETHING = frozenset(" ~^:?*[\\\x7f") | {chr(code) for code in range(32)}


class BadBranch(BadInput):
    """git would not take it, or take it for something else."""

    code = "BAD_BRANCH"


def check_branch(name: str) -> str:
    """The name as it is, if git takes it for that of a branch."""
    why = _trouble_with(name)
    if why is not None:
        raise BadBranch(f"branch {shortened(name)!r}: {why}", branch=shortened(name))
    return name


def readable(told: Mapping[str, str | None]) -> Mapping[str, str | None]:
    """The same as text that can be written."""
    return {name: value and _written(value) for name, value in told.items()}


def _written(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def shortened(name: str) -> str:
    """For a message, which must be text that can be written."""
    return _written(name[:LONGEST_QUOTE])


def _trouble_with(name: str) -> str | None:
    if not name:
        return "it is empty"
    if name.startswith("-"):
        return "it begins with a dash, and would be taken for an option"
    if name in ("HEAD", "@"):
        return "this means the present commit"
    if ".." in name or "@{" in name:
        return "`..` and `@{` have a meaning of their own"
    if name.endswith("."):
        return "it ends with a dot"
    bad = next((each for each in name if each in MEANS_SOMETHING), None)
    if bad is not None:
        return f"{bad!r} must not be in it"
    return _trouble_with_parts(name)


def _trouble_with_parts(name: str) -> str | None:
    parts = name.split("/")
    if not all(parts):
        return "a slash stands between two names only"
    for part in parts:
        if part.startswith("."):
            return "no part of it may begin with a dot"
        if part.endswith(".lock"):
            return "no part of it may end with .lock"
    try:
        sizes = [len(os.fsencode(part)) for part in parts]
    except UnicodeEncodeError:
        return "it is no text that can be written"
    if max(sizes) > LONGEST_COMPONENT or sum(sizes) + len(sizes) > LONGEST_NAME:
        return "it is too long for the name of a file"
    return None
