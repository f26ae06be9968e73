"""Sessions in SQLite. A row holds its state in a few columns, of which each state uses its own."""

import json
import sqlite3
from collections.abc import Collection, Sequence
from typing import Any

from rdvd import folders
from rdvd.folders import UnknownFolder
from rdvd.ground.errors import NotFound
from rdvd.identity import SessionId, UserId

from .types import (
    Active,
    Closed,
    Exit,
    Exited,
    Lost,
    Pane,
    Program,
    Restarts,
    Session,
    Size,
    Starting,
    State,
    Suspended,
    Trashed,
    exit_of,
    pane_of,
    status_of,
)

PAGE = 200
COLUMNS = (
    "id", "user", "name", "status", "directory", "folder", "branch", "is_orchestrator", "position",
    "columns", "rows", "agent", "line", "arguments", "environment", "conversation",
    "restart_policy", "restart_count", "restarts_in_a_row", "created", "updated",
    "state_at", "flag", "reason", "server", "pane", "pid", "born", "exit_code", "exit_signal",
    "exited", "flags",
)  # fmt: skip
SELECT = f"SELECT {', '.join(COLUMNS)} FROM sessions"
PUT = (
    f"INSERT INTO sessions ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
    " ON CONFLICT (id) DO UPDATE SET "
    + ", ".join(
        f"{column} = excluded.{column}"
        for column in COLUMNS[1:]
        if column not in ("position", "folder")
    )
)


def put(db: sqlite3.Connection, session: Session) -> Session:
    """Write the whole row, new or not; the place and the folder of an old one stay."""
    try:
        db.execute(PUT, _row(session))
    except sqlite3.IntegrityError as error:
        raise UnknownFolder("the folder has just been taken away") from error
    return session


def file(db: sqlite3.Connection, session: Session, folder: str | None, now: int) -> None:
    """Put it into this folder, or into none."""
    if folder is not None:
        folders.ensure(db, folder, session.user)
    db.execute(
        "UPDATE sessions SET folder = ?, updated = ? WHERE id = ? AND folder IS NOT ?",
        (folder, now, session.id, folder),
    )


def refile(db: sqlite3.Connection, folder: str, to: str | None, now: int) -> None:
    """All that are in the one, but those in the trash, are in the other from now on."""
    db.execute(
        "UPDATE sessions SET folder = ?, updated = ? WHERE folder = ? AND status <> 'trashed'",
        (to, now, folder),
    )


def unfile(db: sqlite3.Connection, folders: Collection[str]) -> None:
    """Those in the trash are in none of these any more."""
    marks = ", ".join("?" * len(folders))
    db.execute(
        f"UPDATE sessions SET folder = NULL WHERE folder IN ({marks}) AND status = 'trashed'",
        tuple(folders),
    )


def arrange(db: sqlite3.Connection, places: Sequence[tuple[SessionId, int]]) -> None:
    """The order is one for all sessions of a user, so nothing else ever changes it."""
    db.executemany("UPDATE sessions SET position = ? WHERE id = ?", [(p, id) for id, p in places])


def forget(db: sqlite3.Connection, id: SessionId) -> None:
    """Of a session that was never completed; every other keeps its row."""
    db.execute("DELETE FROM sessions WHERE id = ?", (id,))


def get(db: sqlite3.Connection, id: SessionId) -> Session:
    row = db.execute(f"{SELECT} WHERE id = ?", (id,)).fetchone()
    if row is None:
        raise NotFound(f"there is no session {id[:100]}")
    return _session(row)


def page_after(db: sqlite3.Connection, last: str) -> list[Session]:
    """A page of all sessions by id. The next page begins after the last one's id."""
    rows = db.execute(f"{SELECT} WHERE id > ? ORDER BY id LIMIT ?", (last, PAGE))
    return [_session(row) for row in rows]


def _row(session: Session) -> tuple[object, ...]:
    program, restarts = session.program, session.restarts
    return (
        *(session.id, session.user, session.name, status_of(session.state), session.directory),
        *(session.folder, session.branch, int(session.is_orchestrator), session.order),
        *(session.size.columns, session.size.rows, program.agent, program.line),
        *(json.dumps(program.arguments), json.dumps(dict(program.environment))),
        *(session.conversation, restarts.policy, restarts.count, restarts.in_a_row),
        *(session.created, session.updated, *_of_state(session)),
        json.dumps(program.flags),
    )


def _of_state(session: Session) -> tuple[object, ...]:
    at, flag, reason = None, 0, None
    match session.state:
        case Starting(since, again):
            at, flag = since, int(again)
        case Suspended(_, frozen):
            flag = int(frozen)
        case Lost(why, since):
            at, reason = since, why
        case Closed(since) | Trashed(since):
            at = since
        case Active() | Exited():
            pass
    pane, end = pane_of(session), exit_of(session)
    where = (None,) * 4 if pane is None else (pane.server, pane.pane, pane.pid, pane.born)
    how = (None,) * 3 if end is None else (end.code, end.signal, end.at)
    return at, flag, reason, *where, *how


def _session(row: tuple[Any, ...]) -> Session:  # Any: a row is what the table says
    told: dict[str, Any] = dict(zip(COLUMNS, row, strict=True))
    environment = json.loads(told["environment"])
    arguments, flags = (tuple(json.loads(told[name])) for name in ("arguments", "flags"))
    return Session(
        id=SessionId(told["id"]),
        user=UserId(told["user"]),
        name=told["name"],
        state=_state(told),
        program=Program(told["agent"], told["line"], arguments, environment, flags),
        directory=told["directory"],
        created=told["created"],
        updated=told["updated"],
        size=Size(told["columns"], told["rows"]),
        folder=told["folder"],
        branch=told["branch"],
        is_orchestrator=bool(told["is_orchestrator"]),
        order=told["position"],
        restarts=Restarts(told["restart_policy"], told["restart_count"], told["restarts_in_a_row"]),
        conversation=told["conversation"],
    )


def _state(told: dict[str, Any]) -> State:
    pane = end = None
    if told["pane"] is not None:
        pane = Pane(told["server"], told["pane"], told["pid"], told["born"])
    if told["exited"] is not None:
        end = Exit(told["exit_code"], told["exit_signal"], told["exited"])
    match told["status"]:
        case "starting":
            return Starting(told["state_at"], bool(told["flag"]))
        case "active" if pane:
            return Active(pane)
        case "suspended" if pane:
            return Suspended(pane, bool(told["flag"]))
        case "exited" if end:
            return Exited(end, pane)
        case "lost":
            return Lost(told["reason"], told["state_at"])
        case "closed":
            return Closed(told["state_at"], end)
        case "trashed":
            return Trashed(told["state_at"], end)
        case other:
            raise ValueError(f"session {told['id']} is {other} and its row lacks what that needs")
