"""Sessions in the words of a person. Pure."""

import shlex
import time
from typing import Any

from rdvd.cli.render import duration
from rdvd.cli.words import moment, plain

Session = dict[str, Any]  # Any: JSON, of the shape that /openapi.json describes


def state(session: Session) -> str:
    """`active`, `suspended, frozen`, `exited 3`, `killed 9`, `lost`..."""
    status = session["status"]
    if status == "exited":
        return ending(session)
    return f"{status}, frozen" if session["frozen"] else status


def ending(session: Session) -> str:
    if session["exit_signal"] is not None:
        return f"killed {session['exit_signal']}"
    if session["exit_code"] is not None:
        return f"exited {session['exit_code']}"
    return "exited" if session["exited_at"] is not None else "-"


def program(session: Session) -> str:
    if session["agent_provider"]:
        return session["agent_provider"]
    if session["shell_command"]:
        return plain(session["shell_command"])
    return plain(shlex.join(session["command"])) or "shell"


def age(milliseconds: int | None, now: float | None = None) -> str:
    if milliseconds is None:
        return "-"
    passed = (time.time() if now is None else now) - milliseconds / 1000
    return duration(max(0.0, passed)).partition(" ")[0] + _unit(max(0.0, passed))


def ago(milliseconds: int | None) -> str:
    return "-" if milliseconds is None else f"{age(milliseconds)} ago"


def _unit(seconds: float) -> str:
    return duration(seconds).split(" ")[1]


def facts(session: Session) -> dict[str, str]:
    """All that is worth telling."""
    told = {
        "name": plain(session["name"]),
        "id": session["id"],
        "state": state(session),
        "program": program(session),
        "directory": plain(session["project_path"]),
        "size": f"{session['columns']}x{session['rows']}",
        "created": moment(session["created_at"]),
        "active": ago(session.get("last_activity_at")),
        "restarts": f"{session['restart_count']} ({session['restart_policy']})",
    }
    more = {
        "ended": session["exited_at"] and f"{moment(session['exited_at'])}, {ending(session)}",
        "lost": session["lost_reason"],
        "pid": session["pid"],
        "folder": session["folder_id"],
        "branch": session["worktree_branch"],
        "conversation": session["conversation_id"],
        "variables": ", ".join(session["environment_names"]),
        "tmux": f"server {session['server']}, {session['tmux_session_name']}"
        if session["server"] is not None
        else None,
    }
    return told | {name: plain(str(value)) for name, value in more.items() if value}
