"""From what was asked for to a session that is about to begin. Pure."""

from rdvd.ground.clock import now_ms
from rdvd.identity import SessionId

from .programs import first_conversation
from .settings import SessionSettings
from .types import Order, Restarts, Session, Starting


def session_of(id: SessionId, order: Order, position: int, settings: SessionSettings) -> Session:
    now = now_ms()
    return Session(
        id=id,
        user=order.user,
        name=order.name,
        state=Starting(now),
        program=order.program,
        directory=order.directory or str(settings.start_directory),
        created=now,
        updated=now,
        size=order.size or settings.size,
        folder=order.folder,
        branch=order.branch,
        is_orchestrator=order.is_orchestrator,
        order=position,
        restarts=Restarts(order.restart),
        conversation=order.conversation or first_conversation(order.program.agent),
    )
