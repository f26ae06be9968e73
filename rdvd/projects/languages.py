"""Languages by the names of files. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from .types import Entry, Language

MOST = 12
TEST = re.compile(
    r"(^|/)(tests?|spec|__tests__|e2e)/|(^|/)(test_[^/]*|[^/]*(_test|\.test|\.spec|_spec))\.[^/.]+$"
)

BY_ENDING: Mapping[str, str] = {
    ending: name
    for name, endings in {
        "Python": "py pyi",
        "TypeScript": "ts tsx mts cts",
        "JavaScript": "js jsx mjs cjs",
        "Rust": "rs",
        "Go": "go",
        "Java": "java",
        "Kotlin": "kt kts",
        "Scala": "scala sc",
        "C": "c h",
        "C++": "cc cpp cxx hh hpp hxx",
        "C#": "cs",
        "F#": "fs fsx",
        "Swift": "swift",
        "Objective-C": "m mm",
        "Ruby": "rb rake",
        "PHP": "php",
        "Elixir": "ex exs",
        "Erlang": "erl hrl",
        "Haskell": "hs",
        "OCaml": "ml mli",
        "Clojure": "clj cljs cljc",
        "Dart": "dart",
        "Zig": "zig",
        "Nim": "nim",
        "Julia": "jl",
        "R": "r",
        "Lua": "lua",
        "Perl": "pl pm",
        "Shell": "sh bash zsh fish",
        "PowerShell": "ps1 psm1",
        "SQL": "sql",
        "HTML": "html htm",
        "CSS": "css scss sass less",
        "Vue": "vue",
        "Svelte": "svelte",
        "Astro": "astro",
        "Terraform": "tf",
        "Nix": "nix",
        "Assembly": "s asm",
        "Solidity": "sol",
    }.items()
    for ending in endings.split()
}
# What describes pages, styles and data is no project's main language while there is another.
SECONDARY = frozenset({"HTML", "CSS", "SQL", "Shell", "PowerShell"})


def language_of(path: str) -> str | None:
    name = path.rpartition("/")[2]
    return BY_ENDING.get(name.rpartition(".")[2].lower()) if "." in name else None


def is_test(path: str) -> bool:
    return TEST.search(path) is not None


def languages_of(files: Iterable[Entry]) -> tuple[Language, ...]:
    """The largest first, those that programs are written in before all others."""
    counts, sizes = Counter[str](), Counter[str]()
    for file in files:
        language = language_of(file.path)
        if language is not None:
            counts[language] += 1
            sizes[language] += file.size
    whole = sum(sizes.values()) or 1
    found = [Language(name, counts[name], round(sizes[name] / whole, 4)) for name in counts]
    ordered = sorted(found, key=lambda each: (each.name in SECONDARY, -each.share, each.name))
    return tuple(ordered[:MOST])
