"""Who may see which fact. Pure."""

from rdvd.identity import Principal, Thing, Ticket, ensure, may

from .types import Fact


def ensure_may_follow(principal: Principal) -> None:
    """Raise `Forbidden` if there is nothing here for it."""
    session = getattr(principal, "session", None)
    ensure(principal, "events.follow", Thing(user=principal.user, session=session))


def may_see(principal: Principal, fact: Fact) -> bool:
    """A ticket shows what its holder may see."""
    viewer = principal.holder if isinstance(principal, Ticket) else principal
    if fact.is_public:
        return True
    if fact.audience is None:
        return may(viewer, "daemon.inspect")
    return may(viewer, "events.follow", Thing(user=fact.audience, session=fact.session))
