import json
import sqlite3

from rdvd.knowledge import storage
from rdvd.knowledge.luggage import KnowledgeLuggage

from .test_storage import filled


def test_what_is_known_goes_with_its_folder_and_comes_back_with_it(db: sqlite3.Connection) -> None:
    filled(db)
    before = storage.items(db, "here")
    packed = json.loads(json.dumps(KnowledgeLuggage().pack(db, ["here", "there"])))
    db.execute("DELETE FROM folders WHERE id = 'here'")
    assert storage.items(db, "here") == []
    db.execute("INSERT INTO folders VALUES ('here')")
    KnowledgeLuggage().unpack(db, packed)
    assert storage.items(db, "here") == before
    assert len(storage.search(db, ["here"], "release", None, 10)) == 1
