"""What clients send and get about knowledge. Pure."""

from typing import Annotated, Any, Literal, TypeAlias, TypeVar, cast

import msgspec
from attrs import asdict, field, frozen

from rdvd.ground.errors import BadInput
from rdvd.ground.json import build

from .types import CLASSES, Content, Facts, Hit, Item, Kind, Knowledge, Word

T = TypeVar("T")
MOST_IMPORTED = 2_000
Action: TypeAlias = Literal[
    "add_convention", "add_pattern", "add_skill", "add_tool", "update_tech_stack",
    "update_metadata", "scan", "remove_item", "use_item", "import",
]  # fmt: skip


@frozen
class KnowledgeQuery:
    """`search` ranks by how well the words fit; `category` is a convention's, or another's name."""

    search: Annotated[str, msgspec.Meta(max_length=1_000)] | None = None
    type: Kind | None = None
    category: Word | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 10


@frozen
class KnowledgeChange:
    """`data` is what the action asks for: docs/knowledge.md."""

    action: Action
    data: dict[str, Any] = field(factory=dict[str, Any])


@frozen
class TechStack:
    __also_camel__ = True

    tech_stack: Annotated[list[Word], msgspec.Meta(max_length=100)]


@frozen
class Named:
    id: Word


@frozen
class Carried:
    """An item on its way from one folder to another."""

    kind: Kind
    content: dict[str, Any]


@frozen
class Import:
    items: Annotated[list[Carried], msgspec.Meta(max_length=MOST_IMPORTED)]


@frozen
class ItemShown:
    """`content` has the members of its kind."""

    id: str
    kind: Kind
    content: dict[str, Any]
    usage_count: int
    last_used_at: int | None
    created_at: int
    updated_at: int


@frozen
class HitShown:
    """`score` is greater the better it fits; the words stand in brackets in the excerpt."""

    type: Kind
    item: ItemShown
    score: float
    excerpt: str


@frozen
class Summary:
    folder_id: str
    tech_stack: list[str]
    metadata: Facts
    last_scanned_at: int | None
    created_at: int
    updated_at: int


@frozen
class KnowledgeShown:
    """Items by kind; with `search` only what was found."""

    exists: bool
    knowledge: Summary | None = None
    conventions: list[ItemShown] = field(factory=list[ItemShown])
    patterns: list[ItemShown] = field(factory=list[ItemShown])
    skills: list[ItemShown] = field(factory=list[ItemShown])
    tools: list[ItemShown] = field(factory=list[ItemShown])
    search_results: list[HitShown] | None = None


@frozen
class Changed:
    action: Action
    knowledge: Summary
    item: ItemShown | None = None
    imported: int | None = None
    success: bool = True


@frozen
class Deleted:
    """`trash_id`: where a file with all of it is, which can be imported again."""

    items: int
    trash_id: str
    deleted: bool = True
    success: bool = True


def content_of(action: str, data: dict[str, Any]) -> tuple[Kind, Content]:
    kind = cast(Kind, action.removeprefix("add_"))
    return kind, built(data, CLASSES[kind])


def contents_of(carried: Import) -> list[tuple[Kind, Content]]:
    return [(each.kind, built(each.content, CLASSES[each.kind])) for each in carried.items]


def built(data: dict[str, Any], kind: type[T]) -> T:
    """What an action asks for; where it is wrong is said as the sender wrote it."""
    try:
        return build(data, kind)
    except BadInput as problem:
        raise BadInput(problem.detail.replace("$", "$.data", 1)) from problem


def exported(items: list[Item]) -> Import:
    return Import([Carried(each.kind, asdict(each.content)) for each in items])


def summary(known: Knowledge) -> Summary:
    return Summary(
        known.folder, list(known.tech_stack), known.facts, known.scanned_at,
        known.created_at, known.updated_at,
    )  # fmt: skip


def item(found: Item) -> ItemShown:
    return ItemShown(
        found.id, found.kind, asdict(found.content), found.uses, found.used_at,
        found.created_at, found.updated_at,
    )  # fmt: skip


def hit(found: Hit) -> HitShown:
    return HitShown(found.item.kind, item(found.item), round(found.score, 4), found.excerpt)


def shown(known: Knowledge, found: list[Item], hits: list[Hit] | None) -> KnowledgeShown:
    def of(kind: Kind) -> list[ItemShown]:
        return [item(each) for each in found if each.kind == kind]

    results = None if hits is None else [hit(each) for each in hits]
    return KnowledgeShown(
        True, summary(known), of("convention"), of("pattern"), of("skill"), of("tool"), results
    )
