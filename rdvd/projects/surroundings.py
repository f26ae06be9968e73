"""What stands around the code: targets, checks by others, containers. Pure."""

import re
from collections.abc import Mapping

from .types import Clues, Purpose, Sighting, Words

CI: Mapping[str, str] = {
    r"\.github/workflows/[^/]+\.ya?ml": "GitHub Actions",
    r"\.gitlab-ci\.yml": "GitLab CI",
    r"\.circleci/config\.yml": "CircleCI",
    r"Jenkinsfile": "Jenkins",
    r"azure-pipelines\.yml": "Azure Pipelines",
    r"bitbucket-pipelines\.yml": "Bitbucket Pipelines",
    r"\.buildkite/.*\.ya?ml": "Buildkite",
    r"\.drone\.yml": "Drone",
    r"\.woodpecker(/.*)?\.ya?ml": "Woodpecker",
    r"\.forgejo/workflows/[^/]+\.ya?ml": "Forgejo Actions",
    r"\.travis\.yml": "Travis CI",
    r"\.ci/[^/]+": "a script in .ci",
}
CONTAINERS: Mapping[str, str] = {
    r"(.*/)?(Dockerfile|Containerfile)(\.[^/]+)?": "Dockerfile",
    r"(docker-)?compose(\.[^/]+)?\.ya?ml": "Compose",
    r"\.devcontainer(/.*)?\.json": "Dev Container",
    r"(.*/)?Chart\.yaml": "Helm",
    r"(.*/)?kustomization\.ya?ml": "Kustomize",
    r"(.*/)?[^/]+\.nomad(\.hcl)?": "Nomad",
}
TARGETS: Mapping[Purpose, tuple[str, ...]] = {
    "install": ("install-deps", "deps", "setup", "bootstrap"),
    "dev": ("dev", "run", "serve", "start"),
    "build": ("build", "all"),
    "test": ("test", "tests", "check"),
    "lint": ("lint", "fmt-check", "format-check"),
}
MAKE_TARGET = re.compile(r"^([A-Za-z0-9][\w.-]*)\s*:(?!=)", re.MULTILINE)
JUST_RECIPE = re.compile(r"^@?([a-z][\w-]*)(?: [^\n:]*)?:(?!=)", re.MULTILINE)


def targets(seen: Sighting) -> Clues:
    """A project that has recipes of its own says by them how it wants to be run."""
    clues = Clues()
    for file, tool, form in (("justfile", "just", JUST_RECIPE), ("Makefile", "make", MAKE_TARGET)):
        text = next((seen.texts[each] for each in seen.texts if each.lower() == file.lower()), None)
        if text is not None:
            clues += Clues(build_tools=(tool,), commands=_commands(tool, set(form.findall(text))))
    return clues


def _commands(tool: str, there: set[str]) -> dict[Purpose, str]:
    found = dict[Purpose, str]()
    for purpose, candidates in TARGETS.items():
        target = next((each for each in candidates if each in there), None)
        if target is not None:
            found[purpose] = f"{tool} {target}"
    return found


def matching(table: Mapping[str, str], seen: Sighting) -> Words:
    forms = {re.compile(pattern): name for pattern, name in table.items()}
    found = (
        name
        for form, name in forms.items()
        if any(form.fullmatch(each.path) for each in seen.files)
    )
    return tuple(dict.fromkeys(found))
