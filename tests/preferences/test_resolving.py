"""What comes of preferences: the nearest word wins, and it is known whose it was."""

import sqlite3
from collections.abc import Generator
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from rdvd import preferences
from rdvd.folders import FolderId
from rdvd.folders import storage as shelves
from rdvd.ground.errors import BadInput, Conflict
from rdvd.ground.store import digest_of
from rdvd.preferences import Defaults, Luggage, Resolved, Source, storage
from rdvd.preferences.wire import PreferencesPatch, changes_of
from rdvd.sessions import Order, Program
from rdvd.sessions.furnishing import STARTUP, furnish
from tests.folders.test_storage import ANN, BOB, connect, folder

DEFAULTS = Defaults("/home/ann", ("/bin/zsh",), 300)
CHAIN = ["top", "middle", "bottom"]


@pytest.fixture
def db() -> Generator[sqlite3.Connection, None, None]:
    with closing(connect_all()) as connection:
        yield connection


def connect_all() -> sqlite3.Connection:
    db = connect()
    preferences.MIGRATIONS.apply(Database(db, execute_plugins=False))
    above = None
    for id in CHAIN:
        above = shelves.add(db, folder(id, above)).id
    return db


def look(_: dict[str, Any]) -> None:
    pass


def say(db: sqlite3.Connection, place: str | None, **said: Any) -> None:
    changes, unset = changes_of(PreferencesPatch(**said))
    storage.say(db, ANN, place, changes, unset, look)


def resolve(db: sqlite3.Connection, place: str | None = "bottom") -> Resolved:
    return storage.resolve(db, DEFAULTS, ANN, place)


def test_the_migrations_are_as_they_were_released():
    assert digest_of(preferences.MIGRATIONS) == {"m001_preferences": "24cfe61f5ef87298"}


def test_the_nearest_word_wins_and_it_is_known_whose_it_was(db: sqlite3.Connection):
    say(db, None, shell=["/bin/sh"], agent="codex")
    say(db, "top", shell=["/bin/bash"], environment={"A": "top", "B": "top"})
    say(db, "middle", environment={"A": "middle"})

    found = resolve(db)

    assert found.values["shell"].value == ["/bin/bash"]
    assert found.values["shell"].source == Source("folder", "top", "top")
    assert found.values["agent"].source == Source("user")
    assert found.values["working_directory"].source == Source("default")
    assert found.chosen("working_directory") is None
    assert found.environment == {"A": "middle", "B": "top"}
    assert found.variables["A"].source.folder_name == "middle"
    assert resolve(db, None).values["shell"].value == ["/bin/sh"]
    assert storage.resolve(db, DEFAULTS, BOB, None).chosen("shell") is None


def test_a_variable_that_is_disabled_is_gone_until_somebody_nearer_says_it_again(
    db: sqlite3.Connection,
):
    say(db, "top", environment={"KEY": "1"})
    say(db, "middle", disabled_environment=["KEY"])
    assert (resolve(db).environment, resolve(db).variables["KEY"].value) == ({}, None)

    say(db, "bottom", environment={"KEY": "2"})
    assert resolve(db).environment == {"KEY": "2"}
    say(db, "bottom", unset=["environment.KEY"])
    assert resolve(db).environment == {}


def test_the_directory_that_a_folder_stands_for_is_where_its_sessions_begin(
    db: sqlite3.Connection,
):
    db.execute("UPDATE folders SET path = '/src/' || id WHERE id IN ('top', 'middle')")
    say(db, "top", working_directory="/elsewhere")

    assert resolve(db).values["working_directory"].value == "/src/middle"
    assert resolve(db).values["working_directory"].source.is_path
    assert resolve(db, "top").values["working_directory"].value == "/elsewhere"


places = st.sampled_from([None, *CHAIN])
words = st.dictionaries(st.sampled_from(["A", "B"]), st.sampled_from(["1", "2", None]))


@given(st.lists(st.tuples(places, words), max_size=8))
def test_whatever_is_said_wherever_it_is_as_if_laid_over_each_other(
    said: list[tuple[str | None, dict[str, str | None]]],
):
    with closing(connect_all()) as db:
        model: dict[str | None, dict[str, str | None]] = {}
        for place, variables in said:
            given_ = {name: value for name, value in variables.items() if value is not None}
            off = [name for name, value in variables.items() if value is None]
            say(db, place, environment=given_, disabled_environment=off)
            model.setdefault(place, {}).update(variables)
        laid: dict[str, str | None] = {}
        for place in (None, *CHAIN):
            laid |= model.get(place, {})

        assert resolve(db).environment == {name: v for name, v in laid.items() if v is not None}


def test_they_go_with_their_folders_and_come_back_with_them(db: sqlite3.Connection):
    say(db, "bottom", environment={"A": "x"}, agent="claude")
    say(db, "top", shell=["/bin/sh"])
    before, ids = resolve(db), [FolderId(id) for id in CHAIN]

    packed, folders = Luggage().pack(db, ids), shelves.whole(db, ids[0])
    shelves.remove(db, ids)
    assert db.execute("SELECT count(*) FROM preferences").fetchone() == (0,)
    for each in folders:
        shelves.add(db, each)
    Luggage().unpack(db, packed)

    assert resolve(db) == before


@pytest.mark.parametrize(
    "said",
    [{"environment": {"1A": "x"}}, {"environment": {"A": "x\0"}}, {"environment": {"TMUX": "x"}},
     {"environment": {"RDV_SESSION_ID": "x"}}, {"disabled_environment": ["a b"]},
     {"working_directory": "src"}, {"shell": []}, {"shell": [""]}, {"unset": ["colour"]},
     {"environment": {"A": "x"}, "disabled_environment": ["A"]},
     {"agent": "codex", "unset": ["agent"]}],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(said: dict[str, Any]):
    with pytest.raises(BadInput):
        changes_of(PreferencesPatch(**said))


def test_there_is_an_end_to_variables(db: sqlite3.Connection):
    say(db, None, environment={f"V{n}": "" for n in range(256)})

    with pytest.raises(Conflict):
        say(db, None, environment={"ONE_MORE": ""})


def furnished(db: sqlite3.Connection, **program: Any) -> Order:
    return furnish(Order(ANN, "x", program=Program(**program)), resolve(db), ("/bin/zsh",))


def test_a_session_gets_what_is_preferred_where_its_order_says_nothing(db: sqlite3.Connection):
    assert furnished(db) == Order(ANN, "x")
    say(db, "top", shell=["/bin/bash", "-l"], environment={"A": "1", "B": "1"})
    say(db, "top", working_directory="/src", agent_flags=["--fast"])

    assert furnished(db).program.arguments == ("/bin/bash", "-l")
    assert furnished(db).directory == "/src"
    assert furnished(db, environment={"A": "2"}).program.environment == {"A": "2", "B": "1"}
    assert furnished(db, line="make").program.line == "make"
    assert furnished(db, arguments=("top",)).program.arguments == ("top",)
    assert furnished(db, agent="codex").program.flags == ("--fast",)
    say(db, "bottom", agent="claude")
    assert furnished(db).program == Program(
        "claude", environment={"A": "1", "B": "1"}, flags=("--fast",)
    )
    say(db, "bottom", startup_command="make dev")
    assert furnished(db).program.arguments == (*STARTUP, "make dev", "/bin/bash", "-l")
