"""`rdv hook WORD --agent NAME`: an agent tells what happens to it. Called by the agent itself.

Whatever happens it ends well, without a word, and soon: an agent must never wait for us, see an
error of ours, or take what we print for advice. So no library of options, and no exceptions.
"""

import json
import os
import signal
import sys
from contextlib import suppress
from typing import Any, NoReturn, cast

from rdvd.cli.exits import Failure

LONGEST = 1.5  # seconds for all of it
LARGEST = 1024 * 1024  # of what the agent says on our standard input
LONGEST_REASON = 1_000


def say() -> NoReturn:
    """For the short way in, past the options: `rdv hook WORD --agent NAME`."""
    report(sys.argv[2], sys.argv[4])


def report(word: str, agent: str) -> NoReturn:
    """Tell it and end. What Python would do at its end takes time as well, so it is left out."""
    signal.signal(signal.SIGALRM, _end)
    signal.setitimer(signal.ITIMER_REAL, LONGEST)
    try:
        session = os.environ.get("RDV_SESSION_ID")
        if session is not None:
            _tell(session, word, agent)
    finally:
        os._exit(0)


def _end(*_: object) -> NoReturn:
    os._exit(0)


def _tell(session: str, word: str, agent: str) -> None:
    told = _payload()
    event = {
        "event": word, "agent": agent, "session_id": session,
        "conversation_id": _word(told, "session_id", 200),
        "reason": _word(told, "reason", LONGEST_REASON) or _word(told, "message", LONGEST_REASON),
        "context": {
            "cwd": _word(told, "cwd", 4_096),
            "transcript_path": _word(told, "transcript_path", 4_096),
        },
    }  # fmt: skip
    from rdvd.cli import whereabouts  # lazy: outside of a session none of it is needed
    from rdvd.cli.client import Api  # lazy: as above

    api = Api(whereabouts.api_socket(), os.environ.get("RDV_SESSION_TOKEN"), LONGEST)
    with suppress(Failure):  # the daemon is down, and the agent goes on
        api.exchange("POST", "/api/orchestrators/agent-event", json.dumps(event))


def _payload() -> dict[str, Any]:
    """What the agent says: JSON, if anything."""
    if os.isatty(0):
        return {}
    pieces, size = list[bytes](), 0
    while size < LARGEST and (piece := os.read(0, 65_536)):
        pieces.append(piece)
        size += len(piece)
    try:
        told: Any = json.loads(b"".join(pieces))
    except ValueError:
        return {}
    return cast(dict[str, Any], told) if isinstance(told, dict) else {}


def _word(told: dict[str, Any], name: str, longest: int) -> str | None:
    value = told.get(name)
    return value[:longest] if isinstance(value, str) and value else None
