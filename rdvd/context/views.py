"""All that an agent needs to begin in a folder, as it is told. Pure."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias, get_args

import msgspec
from attrs import field, frozen

from rdvd.folders import FolderBrief
from rdvd.projects import Project

SectionName: TypeAlias = Literal[
    "parents", "preferences", "project", "knowledge", "git", "worktrees", "sessions", "children"
]
SECTIONS: tuple[SectionName, ...] = get_args(SectionName)
# What is cut first when an answer gets too large.
LEAST_FIRST: tuple[SectionName, ...] = (
    "children", "sessions", "worktrees", "knowledge", "project", "preferences", "git", "parents",
)  # fmt: skip
SMALLEST, LARGEST, USUAL = 1_024, 1_048_576, 65_536


@frozen
class ContextQuery:
    """`include`: sections, with commas between; all unless said. `max_bytes` bounds the answer."""

    include: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    max_bytes: Annotated[int, msgspec.Meta(ge=SMALLEST, le=LARGEST)] = USUAL


@frozen
class PreferenceBrief:
    """Of variables only the names are told: they may be secrets."""

    key: str
    value: Any
    source: str


@frozen
class SessionBrief:
    id: str
    name: str
    status: str
    agent: str | None
    directory: str
    branch: str | None


@frozen
class ItemBrief:
    id: str
    kind: str
    content: Mapping[str, Any]


@frozen
class GitBrief:
    branch: str
    commit: str | None
    upstream: str | None
    is_clean: bool
    ahead: int | None
    behind: int | None
    untracked: int
    modified: int
    staged: int


@frozen
class WorktreeBrief:
    path: str
    branch: str | None
    commit: str | None
    is_main: bool
    session_id: str | None


@frozen
class ContextShown:
    """A section that was not asked for is null. `left_out`: how many of which section did not fit;
    `notes`: why a section has nothing to tell."""

    folder: FolderBrief
    parents: list[FolderBrief] | None = None
    preferences: list[PreferenceBrief] | None = None
    project: Project | None = None
    knowledge: list[ItemBrief] | None = None
    git: GitBrief | None = None
    worktrees: list[WorktreeBrief] | None = None
    sessions: list[SessionBrief] | None = None
    children: list[FolderBrief] | None = None
    left_out: Mapping[str, int] = field(factory=dict[str, int])
    notes: Mapping[str, str] = field(factory=dict[str, str])
