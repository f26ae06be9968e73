"""A worktree out of the trash: as it was when it went, whatever has become of its branch since."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from actors import Unavailable
from rdvd.ground.errors import Conflict
from rdvd.trash import TrashEntry
from rdvd.worktrees import idle_refs

from .ruins import contents, leave_untracked, modify, stage
from .yard import Yard

FILE = "notes/today\nand tomorrow"


async def only_entry(yard: Yard) -> TrashEntry:
    (entry,) = await yard.entries()
    return entry


def seal(yard: Yard, entry: TrashEntry) -> Callable[[sqlite3.Connection], None]:
    """The transaction that ends its restoring fails, and nothing gets back into its directory."""
    place = yard.home / "trash" / entry.id

    def strike() -> int:
        place.rename(place.with_suffix(".gone"))
        place.write_text("")
        return 1

    def arm(db: sqlite3.Connection) -> None:
        db.create_function("strike", 0, strike)
        db.execute(
            "CREATE TEMP TRIGGER sealed BEFORE INSERT ON main.worktrees"
            " WHEN NEW.stage = 'ready' BEGIN SELECT strike(), RAISE(ABORT, 'struck'); END"
        )

    return arm


def refuse(db: sqlite3.Connection) -> None:
    db.execute(
        "CREATE TEMP TRIGGER sealed BEFORE INSERT ON main.worktrees"
        " WHEN NEW.stage = 'ready' BEGIN SELECT RAISE(ABORT, 'no'); END"
    )


def allow(db: sqlite3.Connection) -> None:
    db.execute("DROP TRIGGER sealed")


async def test_what_did_not_get_back_into_the_trash_is_not_removed_with_the_tree(yard: Yard):
    path = await yard.tree("fix")
    leave_untracked(yard.repo, path)
    await yard.remove(path, force=True)
    entry = await only_entry(yard)
    await yard.shop.store.write(seal(yard, entry))

    with pytest.raises(Unavailable):
        await yard.trash.restore(entry)

    assert (path / FILE).read_text() == "a thought\n"


async def test_a_restore_that_is_refused_takes_the_tree_away_again(yard: Yard):
    path = await yard.tree("fix")
    leave_untracked(yard.repo, path)
    modify(yard.repo, path)
    await yard.remove(path, force=True)
    entry = await only_entry(yard)

    await yard.shop.store.write(refuse)

    with pytest.raises(Unavailable):
        await yard.trash.restore(entry)

    assert not path.exists()
    assert len(yard.repo.listed()) == 1
    await yard.shop.store.write(allow)
    await yard.trash.restore(await only_entry(yard))
    assert (path / FILE).exists()
    assert (path / "README").read_text() == "changed\n"


async def test_a_branch_that_has_moved_on_is_left_where_it_is_and_the_tree_is_as_it_was(
    yard: Yard,
):
    path = await yard.tree("fix")
    old = yard.repo.commit("work", "done\n", at=path)
    modify(yard.repo, path)
    stage(yard.repo, path)
    before = contents(path), yard.repo.git("status", "--porcelain", at=path)
    await yard.remove(path, force=True)
    yard.repo.git("checkout", "-q", "fix")
    new = yard.repo.commit("more", "of it\n")
    yard.repo.git("checkout", "-q", "main")

    restored = await yard.trash.restore(await only_entry(yard))

    assert (contents(path), yard.repo.git("status", "--porcelain", at=path)) == before
    assert yard.repo.git("rev-parse", "HEAD", at=path) == old
    assert yard.repo.git("rev-parse", "fix") == new
    assert yard.repo.git("branch", "--show-current", at=path) == ""
    assert [note for note in restored.notes if "fix" in note and old[:12] in note] != []


async def test_a_branch_that_is_where_it_was_is_checked_out_and_there_is_nothing_to_say(
    yard: Yard,
):
    path = await yard.tree("fix")
    modify(yard.repo, path)
    await yard.remove(path, force=True)

    restored = await yard.trash.restore(await only_entry(yard))

    assert yard.repo.git("branch", "--show-current", at=path) == "fix"
    assert restored.notes == ()


def guards(yard: Yard) -> str:
    return yard.repo.git("for-each-ref", "--format=%(objectname)", "refs/rdvd")


async def test_a_branch_that_was_deleted_and_cleaned_away_since_takes_no_commit_with_it(
    yard: Yard,
):
    path = await yard.tree("fix")
    head = yard.repo.commit("work", "done\n", at=path)
    yard.repo.git("branch", "other", "fix")
    leave_untracked(yard.repo, path)
    before = contents(path)
    removed = await yard.remove(path, force=True)
    yard.repo.git("branch", "-D", "fix", "other")
    yard.repo.git("reflog", "expire", "--expire=now", "--all")
    yard.repo.git("gc", "-q", "--prune=now")
    assert (removed.recovery, guards(yard)) == (None, head)

    restored = await yard.trash.restore(await only_entry(yard))
    await yard.front.remove_idle_refs()

    assert contents(path) == before
    assert yard.repo.git("rev-parse", "HEAD", at=path) == head
    assert [note for note in restored.notes if "no more" in note] != []
    assert guards(yard) == ""


async def test_what_guards_an_entry_counts_as_nothing_and_goes_with_it(yard: Yard):
    path = await yard.tree("fix")
    yard.repo.commit("work", "done\n", at=path)
    yard.repo.git("branch", "other", "fix")
    leave_untracked(yard.repo, path)
    await yard.remove(path, force=True)
    yard.repo.git("branch", "-D", "other")
    again = await yard.tree("fix")
    with pytest.raises(Conflict) as refused:
        await yard.remove(again)
    assert "unmerged" in refused.value.detail

    await yard.trash.delete([await only_entry(yard)])
    await yard.front.remove_idle_refs()

    assert guards(yard) == ""
    assert await yard.shop.store.read(idle_refs.all_of) == []


async def test_a_removal_that_is_undone_leaves_no_ref(yard: Yard):
    path = await yard.tree("fix")
    leave_untracked(yard.repo, path)

    def refuse_to_delete(db: sqlite3.Connection) -> None:
        db.execute(
            "CREATE TEMP TRIGGER sealed BEFORE INSERT ON main.worktrees"
            " WHEN NEW.stage = 'deleting' BEGIN SELECT RAISE(ABORT, 'no'); END"
        )

    await yard.shop.store.write(refuse_to_delete)
    with pytest.raises(Unavailable):
        await yard.remove(path, force=True)

    assert (path / FILE).exists()
    assert guards(yard) == ""


async def unborn(yard: Yard) -> Path:
    path = await yard.tree("fix")
    yard.repo.git("checkout", "-q", "--orphan", "x", at=path)
    yard.repo.git("rm", "-q", "-r", "--cached", ".", at=path)
    yard.repo.git("add", "README", at=path)
    return path


async def test_a_branch_without_a_commit_comes_back_without_one(yard: Yard):
    path = await unborn(yard)
    before = contents(path), yard.repo.git("status", "--porcelain=v2", "--branch", at=path)
    await yard.remove(path, force=True)

    restored = await yard.trash.restore(await only_entry(yard))

    told = yard.repo.git("status", "--porcelain=v2", "--branch", at=path)
    assert (contents(path), told) == before
    assert restored.notes == ()
    assert yard.repo.is_well()


async def test_where_nothing_is_staged_it_comes_back_as_well(yard: Yard):
    path = await unborn(yard)
    yard.repo.git("rm", "-q", "--cached", "README", at=path)
    before = contents(path), yard.repo.git("status", "--porcelain=v2", "--branch", at=path)
    await yard.remove(path, force=True)

    await yard.trash.restore(await only_entry(yard))

    told = yard.repo.git("status", "--porcelain=v2", "--branch", at=path)
    assert (contents(path), told) == before


async def test_a_branch_that_was_born_since_is_not_taken_from_who_made_it(yard: Yard):
    path = await unborn(yard)
    before = contents(path)
    await yard.remove(path, force=True)
    yard.repo.git("branch", "x", "main")

    restored = await yard.trash.restore(await only_entry(yard))

    assert contents(path) == before
    assert yard.repo.git("symbolic-ref", "--short", "HEAD", at=path) == "x-restored"
    assert yard.repo.git("rev-parse", "x") == yard.repo.git("rev-parse", "main")
    assert [note for note in restored.notes if "x-restored" in note] != []


async def test_the_ways_back_name_no_branch_that_is_not_there(yard: Yard):
    path = await unborn(yard)

    removed = await yard.remove(path, force=True)

    ways = [way for way in removed.ways_back if way.startswith("git worktree add")]
    assert ways == [f"git worktree add --detach {path} {removed.recovery}"]
    yard.repo.git(*ways[0].split()[1:])
    assert (path / "README").read_text() == "hello\n"
