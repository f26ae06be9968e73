"""Answers that outlive the daemon. A row says first that an act has begun, then how it ended.

The row is on the disk before the act begins. A daemon that finds one without an answer has been
killed in between, or could not write the end: the act is in doubt and is not done again.

Secrets are shown once and never written, so an answer that holds one lives in memory only; after
a restart the client hears that it was given. The same goes for answers that are too long.
"""

import json
import logging
import sqlite3
from hashlib import blake2b

from attrs import field, frozen
from sqlite_utils import Database, Migrations

from actors import Unavailable
from rdvd.ground.answers import Answer
from rdvd.ground.clock import now_ms
from rdvd.ground.errors import Conflict, StorageFull
from rdvd.ground.idempotency import KEPT_FOR_MS, AnswersInMemory, Key, in_doubt, reused
from rdvd.ground.redaction import redact
from rdvd.ground.store import Store

LOG = logging.getLogger("rdvd.http")
MOST_ROWS = 10_000
LONGEST_BODY = 16 * 1024
PAGE = 500

MIGRATIONS = Migrations("idempotency")


@MIGRATIONS()
def m001_kept_answers(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE kept_answers (
            number INTEGER PRIMARY KEY,
            key BLOB NOT NULL UNIQUE CHECK (length(key) = 32),
            fingerprint BLOB NOT NULL,
            began INTEGER NOT NULL,
            status INTEGER,
            headers TEXT,
            body BLOB,
            code TEXT
        ) STRICT
        """
    )
    db.conn.execute("CREATE INDEX kept_answers_began ON kept_answers (began)")


@frozen
class Ended:
    """What is written of an act. `status` None: it has begun. `body` None: it was not kept."""

    fingerprint: bytes
    status: int | None
    headers: str | None
    body: bytes | None = field(repr=False)
    code: str | None

    def answer(self) -> Answer:
        """The answer as it was given; Conflict if there is none to give."""
        if self.status is None:
            raise in_doubt()
        if self.body is None or self.headers is None:
            raise Conflict(
                f"it was carried out and answered with status {self.status}; the answer was shown "
                "once and not kept, because it held a secret or was long",
                code="ANSWER_NOT_KEPT",
            )
        return Answer(self.status, self.body, json.loads(self.headers), self.code)


class AnswersInStore:
    """The database knows what has begun; memory knows what is in flight, and answers faster."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._memory = AnswersInMemory()

    async def begin(self, key: Key, fingerprint: bytes) -> Answer | None:
        known = await self._memory.begin(key, fingerprint)
        if known is not None:
            return known
        is_ours = False
        try:
            ended = await self._store.write(begin, digest_of(key), fingerprint, now_ms())
            is_ours = ended is None
        finally:
            if not is_ours:
                self._memory.release(key)
        if ended is None:
            return None
        if ended.fingerprint != fingerprint:
            raise reused()
        return ended.answer()

    async def finish(self, key: Key, answer: Answer) -> None:
        await self._memory.finish(key, answer)
        try:
            await self._store.write(finish, digest_of(key), answer)
        except (StorageFull, Unavailable) as error:  # the act is done: its client must hear so
            LOG.warning("answer.not_kept", extra={"operation": key.operation, "error": str(error)})

    def doubt(self, key: Key) -> None:
        self._memory.doubt(key)


def digest_of(key: Key) -> bytes:
    """Of one length, and nothing that a client wrote."""
    parts = (key.principal, key.operation, key.key)
    return blake2b("\0".join(parts).encode(), digest_size=32).digest()


def begin(db: sqlite3.Connection, key: bytes, fingerprint: bytes, now: int) -> Ended | None:
    """Write down that it begins; or what is known of it, if that is not over."""
    db.execute("DELETE FROM kept_answers WHERE key = ? AND began <= ?", (key, now - KEPT_FOR_MS))
    row = db.execute(
        "SELECT fingerprint, status, headers, body, code FROM kept_answers WHERE key = ?", (key,)
    ).fetchone()
    if row is not None:
        return Ended(*row)
    db.execute(
        "INSERT INTO kept_answers (key, fingerprint, began) VALUES (?, ?, ?)",
        (key, fingerprint, now),
    )
    db.execute(
        "DELETE FROM kept_answers WHERE number <= (SELECT max(number) FROM kept_answers) - ?",
        (MOST_ROWS,),
    )
    return None


def finish(db: sqlite3.Connection, key: bytes, answer: Answer) -> None:
    may_be_kept = is_for_the_disk(answer)
    headers = json.dumps(dict(answer.headers)) if may_be_kept else None
    body = answer.body if may_be_kept else None
    db.execute(
        "UPDATE kept_answers SET status = ?, headers = ?, body = ?, code = ? WHERE key = ?",
        (answer.status, headers, body, answer.code, key),
    )


def is_for_the_disk(answer: Answer) -> bool:
    """What nobody may store we do not either; nor anything that looks like a token."""
    if "no-store" in answer.headers.get("Cache-Control", "") or len(answer.body) > LONGEST_BODY:
        return False
    text = answer.body.decode("utf-8", "replace")
    return redact(text) == text


def purge(db: sqlite3.Connection, now: int) -> int:
    """Remove a page of what is too old to be asked for. Returns how many."""
    return db.execute(
        "DELETE FROM kept_answers WHERE number IN"
        " (SELECT number FROM kept_answers WHERE began <= ? LIMIT ?)",
        (now - KEPT_FOR_MS, PAGE),
    ).rowcount
