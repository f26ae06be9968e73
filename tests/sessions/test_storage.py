"""Sessions on the disk: whatever there is to know comes back as it was."""

from pathlib import Path

import attrs
import pytest

from rdvd import folders, identity, sessions
from rdvd.ground.store import digest_of, open_store
from rdvd.identity import SessionId
from rdvd.identity import storage as users
from rdvd.identity.types import User
from rdvd.sessions import Program, Session, Size, State, storage
from rdvd.sessions.types import Restarts

from .sample import a_session
from .test_states import EVERY_STATE

SETS = (identity.MIGRATIONS, folders.MIGRATIONS, sessions.MIGRATIONS)


def test_no_migration_was_edited_after_its_release():
    assert digest_of(sessions.MIGRATIONS) == {
        "m001_sessions": "aa01e6be3d5d23ca",
        "m002_folders": "dcb423e869c380cb",
        "m003_flags": "f8f75d612a155766",
    }


def rich(state: State) -> Session:
    program = Program("claude", "x; y", ("a", "", "\n'é"), {"A": "1", "B": "ü\n"})
    return attrs.evolve(
        a_session(state), program=program, size=Size(33, 44), branch="b",
        is_orchestrator=True, order=7, restarts=Restarts("always", 3, 2), conversation="c",
    )  # fmt: skip


@pytest.mark.parametrize("state", EVERY_STATE, ids=repr)
async def test_every_state_comes_back_as_it_was(state: State, tmp_path: Path):
    async with open_store(tmp_path / "s.db", SETS) as store:
        await store.write(users.add_user, User(a_session().user, "me", True, 1))
        session = rich(state)
        await store.write(storage.put, a_session())
        await store.write(storage.put, session)

        (found,) = await store.read(storage.page_after, "")

        assert attrs.evolve(session, order=0) == found  # its place is not the row's to change


async def test_sessions_come_in_pages_and_only_the_arranging_moves_them(tmp_path: Path):
    async with open_store(tmp_path / "s.db", SETS) as store:
        await store.write(users.add_user, User(a_session().user, "me", True, 1))
        many = [attrs.evolve(a_session(), id=SessionId(f"{n:04}")) for n in range(250)]
        for each in many:
            await store.write(storage.put, each)
        await store.write(storage.arrange, [(SessionId("0007"), 3)])
        await store.write(storage.forget, SessionId("0000"))

        first = await store.read(storage.page_after, "")
        second = await store.read(storage.page_after, first[-1].id)

        assert [each.id for each in many[1:]] == [each.id for each in first + second]
        assert {"0007": 3} == {each.id: each.order for each in first + second if each.order}


def test_no_repr_shows_what_is_in_an_environment():
    assert "hunter2" not in repr(
        attrs.evolve(a_session(), program=Program(environment={"P": "hunter2"}))
    )
