import sqlite3

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rdvd.ground.errors import NotFound
from rdvd.ground.store import digest_of
from rdvd.identity import UserId
from rdvd.knowledge import storage
from rdvd.knowledge.migrations import MIGRATIONS
from rdvd.knowledge.storage import KnowledgeFull
from rdvd.knowledge.types import Convention, Facts, ItemId, Pattern, Skill, Step, Tool
from rdvd.knowledge.words import title_of

ME = UserId("me")
CONTENTS = [
    ("convention", Convention("Name tests as sentences", "testing", ["test_a_dog_barks"])),
    ("pattern", Pattern("retry", "Network calls are repeated with jitter", "src/net")),
    ("skill", Skill("release", "make release", "Ship it", [Step("tag", "git tag"), Step("push")])),
    ("tool", Tool("lookup", "Finds a café by name", {"type": "object"}, triggers=["where is"])),
]  # fmt: skip


def filled(db: sqlite3.Connection) -> None:
    storage.obtain(db, "here", ME)
    for kind, content in CONTENTS:
        storage.add(db, "here", kind, content)  # type: ignore[arg-type]


def test_everything_comes_back_as_it_went_in(db: sqlite3.Connection) -> None:
    filled(db)
    facts = Facts(framework="Trio", test_runner="pytest")
    known = storage.find(db, "here")
    assert known is not None

    storage.save(db, evolve(known, tech_stack=("Python", "SQLite"), facts=facts, scanned_at=7))
    again = storage.find(db, "here")
    assert again is not None
    assert (again.tech_stack, again.facts, again.scanned_at) == (("Python", "SQLite"), facts, 7)
    assert [(each.kind, each.content) for each in storage.items(db, "here")] == CONTENTS
    assert [each.kind for each in storage.items(db, "here", "skill")] == ["skill"]
    assert [each.kind for each in storage.items(db, "here", title="testing")] == ["convention"]


def test_what_is_known_already_is_not_learnt_twice(db: sqlite3.Connection) -> None:
    filled(db)
    filled(db)
    assert len(storage.items(db, "here")) == len(CONTENTS)


def test_times_tell_in_which_order_things_were_learnt_however_quickly(db: sqlite3.Connection):
    storage.obtain(db, "here", ME)
    for number in range(50):
        storage.add(db, "here", "tool", Tool(f"t{number}", "x"))

    found = sorted(storage.items(db, "here"), key=lambda each: each.created_at)
    assert [title_of(each.content) for each in found] == [f"t{number}" for number in range(50)]
    assert len({each.created_at for each in found}) == 50


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("sentences", ["convention"]),
        ("SENT test", ["convention"]),
        ("cafe", ["tool"]),
        ("git tag", ["skill"]),
        ("release", ["skill"]),
        ("sentences jitter", []),
        ("", []),
        ('"', []),
        ("nothing of that", []),
    ],
)
def test_words_are_found_by_their_beginnings_whatever_their_case_or_accents(
    db: sqlite3.Connection, text: str, kinds: list[str]
) -> None:
    filled(db)
    hits = storage.search(db, ["here"], text, None, 10)
    assert [hit.item.kind for hit in hits] == kinds


def test_a_title_weighs_more_and_the_words_are_marked(db: sqlite3.Connection) -> None:
    storage.obtain(db, "here", ME)
    storage.add(db, "here", "pattern", Pattern("other", "the cache is warmed, then used"))
    storage.add(db, "here", "pattern", Pattern("cache", "something else entirely"))
    first, second = storage.search(db, ["here"], "cache", None, 10)
    assert (first.item.content, first.score > second.score > 0) == (
        Pattern("cache", "something else entirely"), True,
    )  # fmt: skip
    assert second.excerpt.startswith("other") or "[cache]" in second.excerpt


def test_a_search_stays_in_its_folders_and_kinds(db: sqlite3.Connection) -> None:
    filled(db)
    assert storage.search(db, ["there"], "release", None, 10) == []
    assert storage.search(db, ["here"], "release", "tool", 10) == []
    assert len(storage.search(db, ["there", "here"], "release", "skill", 10)) == 1


def test_what_is_removed_is_found_no_more(db: sqlite3.Connection) -> None:
    filled(db)
    skill = storage.items(db, "here", "skill")[0]
    storage.use(db, "here", skill.id)
    assert storage.items(db, "here", "skill")[0].uses == 1
    storage.remove(db, "here", skill.id)
    assert storage.search(db, ["here"], "release", None, 10) == []
    with pytest.raises(NotFound):
        storage.remove(db, "here", skill.id)
    storage.forget(db, "here")
    assert storage.items(db, "here") == []
    db.execute("INSERT INTO knowledge_words (knowledge_words) VALUES ('integrity-check')")
    with pytest.raises(NotFound):
        storage.forget(db, "here")


def test_there_is_an_end_to_what_a_folder_holds(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "MOST_ITEMS", 3)
    with pytest.raises(KnowledgeFull, match="3 items"):
        filled(db)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text())
def test_whatever_is_searched_for_is_words_and_no_command(
    db: sqlite3.Connection, text: str
) -> None:
    filled(db)
    assert len(storage.search(db, ["here"], text, None, 10)) <= len(CONTENTS)


def test_an_item_of_another_folder_is_none_here(db: sqlite3.Connection) -> None:
    filled(db)
    storage.obtain(db, "there", ME)
    for act in (storage.remove, storage.use):
        with pytest.raises(NotFound):
            act(db, "there", ItemId(storage.items(db, "here")[0].id))


def test_what_has_been_migrated_is_never_written_anew() -> None:
    assert digest_of(MIGRATIONS) == {"m001_knowledge": "63a66442751361da"}
