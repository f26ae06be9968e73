"""By what somebody is counted. Pure."""

from rdvd.ground.peer import Peer
from rdvd.identity import Caller, Inside, Principal, Ticket, name_of


def key_of(who: Principal | Caller | Peer | None) -> str:
    """The credential if there is one, else the peer: its session, or its uid.

    A process chooses its pid by forking, so a pid would be a fresh budget for the asking.
    """
    match who:
        case None:
            return "network"
        case Peer():
            return f"uid:{who.uid}"
        case Caller(standing=Inside(session)):
            return f"session:{session}"
        case Caller():
            return f"uid:{who.uid}"
        case Ticket():
            return name_of(who.holder)
        case _:
            return name_of(who)
