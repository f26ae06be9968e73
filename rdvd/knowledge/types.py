"""What is remembered for a project, so that the next agent need not find it out again."""

from typing import Annotated, Any, Literal, NewType, TypeAlias, get_args

import msgspec
from attrs import field, frozen

from rdvd.identity import UserId

FolderId: TypeAlias = str
ItemId = NewType("ItemId", str)
Kind: TypeAlias = Literal["convention", "pattern", "skill", "tool"]
KINDS: tuple[Kind, ...] = get_args(Kind)

MOST_LISTED = 50
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=8_192)]
Words = Annotated[list[Text], msgspec.Meta(max_length=MOST_LISTED)]
Confidence = Annotated[float, msgspec.Meta(ge=0, le=1)]


@frozen
class Convention:
    """How things are done here."""

    __also_camel__ = True

    description: Text
    category: Word
    examples: Words = field(factory=list[str])
    confidence: Confidence = 0.8
    source: Word = "manual"


@frozen
class Pattern:
    """What keeps coming up, and in which context."""

    __also_camel__ = True

    type: Word
    description: Text
    context: Text | None = None
    confidence: Confidence = 0.7


@frozen
class Step:
    description: Text
    command: Text | None = None


@frozen
class Skill:
    """Something that can be done here, and by which command."""

    __also_camel__ = True

    name: Word
    command: Text
    description: Text | None = None
    steps: Annotated[list[Step], msgspec.Meta(max_length=MOST_LISTED)] = field(factory=list[Step])
    triggers: Words = field(factory=list[str])
    scope: Word = "project"
    verified: bool = False


@frozen
class Tool:
    """A helper that agents may call."""

    __also_camel__ = True

    name: Word
    description: Text
    input_schema: dict[str, Any] = field(factory=dict[str, Any])
    implementation_type: Word = "command"
    implementation_code: Text | None = None
    triggers: Words = field(factory=list[str])
    confidence: Confidence = 0.5
    verified: bool = False


Content: TypeAlias = Convention | Pattern | Skill | Tool
CLASSES: dict[Kind, type[Content]] = {
    "convention": Convention,
    "pattern": Pattern,
    "skill": Skill,
    "tool": Tool,
}


@frozen
class Item:
    id: ItemId
    kind: Kind
    content: Content
    uses: int
    used_at: int | None
    created_at: int
    updated_at: int


@frozen
class Facts:
    """What a project is, told by people or found by a scan."""

    __also_camel__ = True

    project_name: Word | None = None
    project_path: Text | None = None
    framework: Word | None = None
    package_manager: Word | None = None
    test_runner: Word | None = None
    linter: Word | None = None
    build_tool: Word | None = None


@frozen
class Knowledge:
    """What is known of one folder, beside its items."""

    folder: FolderId
    user: UserId
    tech_stack: tuple[str, ...] = ()
    facts: Facts = Facts()
    scanned_at: int | None = None
    created_at: int = 0
    updated_at: int = 0


@frozen
class Hit:
    """An item that matches. `score` grows with how well it does; `excerpt` marks the words."""

    item: Item
    score: float
    excerpt: str
