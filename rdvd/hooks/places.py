"""Where each agent keeps its hooks, of a user or of one project. Pure."""

from collections.abc import Mapping
from pathlib import Path

from .types import Agent, Place

# Below the directory of the agent; and that, below the home of the user or of the project.
OF_A_USER: Mapping[Agent, tuple[str, str]] = {
    "claude": (".claude", "settings.json"),
    "codex": (".codex", "hooks.json"),
    "gemini": (".gemini", "settings.json"),
    "opencode": (".config/opencode", "plugins/rdvd.js"),
}
OF_A_PROJECT: Mapping[Agent, str] = {
    "claude": ".claude/settings.local.json",
    "codex": ".codex/hooks.json",
    "gemini": ".gemini/settings.json",
    "opencode": ".opencode/plugins/rdvd.js",
}
AFTERWARDS: Mapping[Agent, str] = {
    "claude": "it is used from the agent's next start on",
    "codex": "codex asks once: say in it that you trust them, with /hooks",
    "gemini": "it is used from the agent's next start on",
    "opencode": "it is used from the agent's next start on",
}


def user_place(agent: Agent, home: Path, directory: Path | None) -> Place:
    """`directory` is where this user keeps the agent's settings, if it is not the usual place."""
    usual, name = OF_A_USER[agent]
    return Place(agent, (directory or home / usual) / name)


def project_place(agent: Agent, project: Path) -> Place:
    return Place(agent, project / OF_A_PROJECT[agent])


def directory_of(place: Place) -> Path:
    """The one that is there if the agent has been used."""
    up = 2 if place.agent == "opencode" else 1
    return place.file.parents[up - 1]
