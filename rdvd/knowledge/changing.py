"""What each action of a PATCH makes of a folder's knowledge: one transaction each."""

import sqlite3

from attrs import asdict, evolve

from rdvd.ground.clock import now_ms
from rdvd.projects import Project, Site

from . import storage, wire
from .types import Facts, ItemId, Knowledge


def change(
    db: sqlite3.Connection, site: Site, order: wire.KnowledgeChange, scanned: Project | None
) -> wire.Changed:
    """`scanned`: what was found, for the action that asks to look."""
    known, data = storage.obtain(db, site.folder, site.user), order.data
    match order.action:
        case "update_tech_stack":
            stack = wire.built(data, wire.TechStack).tech_stack
            known = storage.save(db, evolve(known, tech_stack=tuple(stack)))
        case "update_metadata":
            facts = _merged(known.facts, wire.built(data, Facts))
            known = storage.save(db, evolve(known, facts=facts))
        case "scan":
            assert scanned is not None, "who calls has looked"
            known = storage.save(db, _with_scan(known, site, scanned))
        case "remove_item":
            storage.remove(db, site.folder, ItemId(wire.built(data, wire.Named).id))
        case "use_item":
            storage.use(db, site.folder, ItemId(wire.built(data, wire.Named).id))
        case "import":
            contents = wire.contents_of(wire.built(data, wire.Import))
            for kind, content in contents:
                storage.add(db, site.folder, kind, content)
            return wire.Changed("import", wire.summary(known), imported=len(contents))
        case _:
            kind, content = wire.content_of(order.action, data)
            added = storage.add(db, site.folder, kind, content)
            return wire.Changed(order.action, wire.summary(known), wire.item(added))
    return wire.Changed(order.action, wire.summary(known))


def _merged(before: Facts, told: Facts) -> Facts:
    given = {name: value for name, value in asdict(told).items() if value is not None}
    return evolve(before, **given)


def _with_scan(known: Knowledge, site: Site, found: Project) -> Knowledge:
    """A scan says what is; what people have said of the same stays where it found nothing."""
    seen = Facts(
        project_name=site.name,
        project_path=str(site.path),
        framework=next(iter(found.frameworks), None),
        package_manager=found.package_manager,
        test_runner=next(iter(found.test_tools), None),
        linter=next(iter(found.lint_tools), None),
        build_tool=next(iter(found.build_tools), None),
    )
    stack = (*(each.name for each in found.languages), *found.frameworks, *known.tech_stack)
    return evolve(
        known,
        tech_stack=tuple(dict.fromkeys(stack))[:100],
        facts=_merged(known.facts, seen),
        scanned_at=now_ms(),
    )
