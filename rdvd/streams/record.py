"""The one line that the log gets of each stream, when it is over."""

import logging

from attrs import define

from rdvd.ground.exchange import LOGGED_PATH
from rdvd.ground.peer import Peer


@define
class Record:
    """Never the query: tickets are in there."""

    path: str | None = None  # None: it never asked for anything
    status: int | None = None
    code: str | None = None
    principal: str | None = None

    def write(self, log: logging.Logger, peer: Peer, seconds: float) -> None:
        if self.path is None:
            return
        extra = {
            "path": self.path[:LOGGED_PATH],
            "status": self.status,
            "code": self.code,
            "principal": self.principal,
            "peer_pid": peer.pid,
            "peer_uid": peer.uid,
            "seconds": round(seconds, 6),
        }
        log.info("stream", extra=extra)
