"""What a PATCH makes of a session. Pure."""

from attrs import evolve

from rdvd.ground.errors import BadInput
from rdvd.ground.members import LEFT_OUT
from rdvd.ground.names import check_name

from .types import Session
from .wire import SessionPatch

LONGEST_WORD = 200


def apply(patch: SessionPatch, session: Session) -> Session:
    restarts = session.restarts
    if patch.restart_policy is not None:
        restarts = evolve(restarts, policy=patch.restart_policy, in_a_row=0)
    return evolve(
        session,
        name=session.name if patch.name is None else check_name(patch.name),
        branch=_word("worktree_branch", patch.worktree_branch, session.branch),
        conversation=_word("conversation_id", patch.conversation_id, session.conversation),
        restarts=restarts,
    )


def is_report(patch: SessionPatch) -> bool:
    """Whether it says no more than what an agent may say of its own session."""
    return patch == SessionPatch(name=patch.name, conversation_id=patch.conversation_id)


def _word(member: str, given: str | None, present: str | None) -> str | None:
    if given == LEFT_OUT:
        return present
    if given is not None and not (0 < len(given) <= LONGEST_WORD and given.isprintable()):
        raise BadInput(f"$.{member}: 1 to {LONGEST_WORD} printable characters, or null")
    return given
