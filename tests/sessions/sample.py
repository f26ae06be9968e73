"""Sessions made up for tests of pure code."""

from rdvd.identity import SessionId, UserId
from rdvd.sessions import Active, Pane, Program, Session, State

PANE = Pane(0, "%1", 4711, 99)


def a_session(state: State | None = None) -> Session:
    return Session(
        id=SessionId("s"),
        user=UserId("u"),
        name="one",
        state=Active(PANE) if state is None else state,
        program=Program(),
        directory="/",
        created=1,
        updated=1,
    )
