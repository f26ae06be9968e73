"""What is run in the pane of a session, and what it finds in its environment. Pure."""

from collections.abc import Mapping

from rdvd.ground.ids import new_id

from .settings import SessionSettings
from .types import Provider, Session

# How each agent is told under which id to begin its conversation, where it lets itself be told,
# and how it goes on with one.
BEGIN: Mapping[Provider, tuple[str, ...]] = {"claude": ("--session-id", "{}")}
GO_ON: Mapping[Provider, tuple[str, ...]] = {
    "claude": ("--resume", "{}"),
    "codex": ("resume", "{}"),
    "gemini": ("--resume", "{}"),
    "opencode": ("--session", "{}"),
}


def first_conversation(agent: Provider | None) -> str | None:
    """An id of our own for an agent that takes one; the others tell theirs once they have it."""
    return new_id() if agent in BEGIN else None


def command_of(session: Session, settings: SessionSettings, *, again: bool) -> tuple[str, ...]:
    """The program with its arguments, as exec takes it: no shell reads it once more."""
    program = session.program
    if program.line is not None:
        return ("/bin/sh", "-c", program.line)
    if program.arguments:
        return program.arguments
    if program.agent is not None:
        return settings.agents[program.agent] + program.flags + _about_conversation(session, again)
    return settings.shell


def environment_of(session: Session, settings: SessionSettings, token: str) -> dict[str, str]:
    """The user's variables, and ours, which win."""
    ours = {
        "RDV_SESSION_ID": session.id,
        "RDV_SESSION_TOKEN": token,
        "RDV_API_SOCKET": str(settings.api_socket),
        "RDV_SESSION_NAME": session.name,
        "RDV_PROJECT_PATH": session.directory,
        "RDV_FOLDER_ID": session.folder,
        "RDV_WORKTREE_BRANCH": session.branch,
        "RDV_AGENT_PROVIDER": session.program.agent,
        "COLORTERM": "truecolor",
    }
    told = {name: value for name, value in ours.items() if value is not None}
    return {**session.program.environment, **told}


def _about_conversation(session: Session, again: bool) -> tuple[str, ...]:
    agent, conversation = session.program.agent, session.conversation
    if agent is None or conversation is None:
        return ()
    form = GO_ON[agent] if again or agent not in BEGIN else BEGIN[agent]
    return tuple(part.format(conversation) for part in form)
