"""What package.json and its company tell. Pure."""

import json
from collections.abc import Mapping
from typing import Any, cast

from attrs import evolve

from .reading import mapping, names, picked, text_of, words
from .types import Category, Clues, Purpose, Sighting

FRAMEWORKS: Mapping[str, tuple[str, Category]] = {
    "next": ("Next.js", "web"),
    "nuxt": ("Nuxt", "web"),
    "@sveltejs/kit": ("SvelteKit", "web"),
    "@remix-run/react": ("Remix", "web"),
    "@angular/core": ("Angular", "web"),
    "astro": ("Astro", "web"),
    "gatsby": ("Gatsby", "web"),
    "expo": ("Expo", "mobile"),
    "react-native": ("React Native", "mobile"),
    "electron": ("Electron", "desktop"),
    "@tauri-apps/api": ("Tauri", "desktop"),
    "@nestjs/core": ("NestJS", "service"),
    "fastify": ("Fastify", "service"),
    "express": ("Express", "service"),
    "hono": ("Hono", "service"),
    "koa": ("Koa", "service"),
    "vue": ("Vue", "web"),
    "svelte": ("Svelte", "web"),
    "solid-js": ("Solid", "web"),
    "preact": ("Preact", "web"),
    "react": ("React", "web"),
}
BUILD = {
    "vite": "Vite", "webpack": "webpack", "rollup": "Rollup", "esbuild": "esbuild", "tsup": "tsup",
    "parcel": "Parcel", "turbo": "Turborepo", "nx": "Nx", "typescript": "tsc",
}  # fmt: skip
TESTS = {
    "vitest": "Vitest", "jest": "Jest", "mocha": "Mocha", "ava": "AVA",
    "@playwright/test": "Playwright", "cypress": "Cypress",
}  # fmt: skip
LINTERS = {
    "eslint": "ESLint", "@biomejs/biome": "Biome", "oxlint": "oxlint", "prettier": "Prettier",
    "stylelint": "Stylelint",
}  # fmt: skip
LOCKS = {
    "pnpm-lock.yaml": "pnpm", "yarn.lock": "yarn", "bun.lock": "bun", "bun.lockb": "bun",
    "package-lock.json": "npm",
}  # fmt: skip
SCRIPTS: Mapping[Purpose, tuple[str, ...]] = {
    "dev": ("dev", "start:dev", "serve", "start"),
    "build": ("build", "compile"),
    "test": ("test", "test:unit"),
    "lint": ("lint", "check"),
}


def javascript(seen: Sighting) -> Clues:
    package = _package(seen)
    if package is None:
        return Clues()
    manager = _manager(seen, package)
    run, dev = mapping(package, "dependencies"), mapping(package, "devDependencies")
    both = {**run, **dev}
    found = [FRAMEWORKS[name] for name in FRAMEWORKS if name in both]
    hints: tuple[Category, ...] = ("cli",) if package.get("bin") else ()
    return Clues(
        frameworks=tuple(name for name, _ in found),
        package_managers=(manager,),
        build_tools=picked(BUILD, both),
        test_tools=picked(TESTS, both),
        lint_tools=picked(LINTERS, both),
        commands=_commands(manager, mapping(package, "scripts")),
        workspaces=_workspaces(seen, package),
        dependencies=names(run),
        dev_dependencies=names(dev),
        hints=(*(category for _, category in found), *hints, *_library(package)),
    )


def deno(seen: Sighting) -> Clues:
    if seen.texts.keys().isdisjoint({"deno.json", "deno.jsonc"}):
        return Clues()
    commands: dict[Purpose, str] = {"test": "deno test", "lint": "deno lint"}
    return Clues(package_managers=("deno",), test_tools=("deno test",), commands=commands)


def _package(seen: Sighting) -> dict[str, Any] | None:
    if "package.json" not in seen.texts:
        return None
    try:
        package: Any = json.loads(seen.texts["package.json"])
    except (ValueError, RecursionError):
        package = {}
    return cast(dict[str, Any], package) if isinstance(package, dict) else {}


def _manager(seen: Sighting, package: dict[str, Any]) -> str:
    """The one that the project names, or whose lock lies there."""
    named = text_of(package, "packageManager").partition("@")[0]
    if named:
        return named
    return next((LOCKS[each] for each in LOCKS if _is_there(seen, each)), "npm")


def _is_there(seen: Sighting, path: str) -> bool:
    return any(file.path == path for file in seen.files)


def _commands(manager: str, scripts: dict[str, Any]) -> dict[Purpose, str]:
    found: dict[Purpose, str] = {"install": f"{manager} install"}
    for purpose, candidates in SCRIPTS.items():
        script = next((each for each in candidates if each in scripts), None)
        if script is not None:
            found[purpose] = f"{manager} run {script}"
    return found


def _workspaces(seen: Sighting, package: dict[str, Any]) -> tuple[str, ...]:
    declared = package.get("workspaces")
    if isinstance(declared, dict):
        declared = cast(dict[str, Any], declared).get("packages")
    lines = seen.texts.get("pnpm-workspace.yaml", "").splitlines()
    listed = [
        line.strip().removeprefix("- ").strip("'\"") for line in lines if line.strip()[:2] == "- "
    ]
    return (*words(declared), *listed)


def _library(package: dict[str, Any]) -> tuple[Category, ...]:
    is_one = any(key in package for key in ("main", "module", "exports")) and not package.get(
        "private"
    )
    return ("library",) if is_one else ()


def with_tools(clues: Clues, seen: Sighting) -> Clues:
    """Files at the root that say by their name alone that many packages live here."""
    named = {"turbo.json": "Turborepo", "nx.json": "Nx", "lerna.json": "Lerna"}
    tools = tuple(tool for file, tool in named.items() if _is_there(seen, file))
    return evolve(clues, build_tools=(*clues.build_tools, *tools))
