"""The one place that answers: may this principal do this to that? Pure, and no by default.

A row per action, a rule per kind of principal. Who has no rule in a row may not. Slices above add
their actions here, so that everything that can be allowed is seen on one screen.
"""

from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

from attrs import frozen

from rdvd.ground.errors import Forbidden

from .types import (
    Holder,
    Owner,
    Principal,
    Service,
    Session,
    SessionId,
    Ticket,
    TokenUser,
    UserId,
    Worker,
    WorkerId,
)

Action: TypeAlias = Literal[
    "user.read",
    "user.create",
    "token.list",
    "token.mint",
    "token.mint_cli",
    "token.read",
    "token.revoke",
    "service_token.rotate",
    "ticket.mint",
    "audit.read",
    "daemon.inspect",
    "daemon.operate",
    "daemon.backup",
    "config.read",
    "config.reload",
    "events.follow",
    "session.list",
    "session.create",
    "session.read",
    "session.watch",
    "session.type",
    "session.change",
    "session.close",
    "session.report",
    "session.message",
    "folder.read",
    "knowledge.learn",
    "item.list",
    "item.read",
    "item.change",
    "trash.empty",
    "lease.claim",
    "lease.work",
]


@frozen
class Thing:
    """What an action is about, as far as authority cares. What is left out belongs to nobody.

    An `item` is whatever else a user owns: a folder, preferences, a worktree, a note, a job.
    """

    user: UserId | None = None
    session: SessionId | None = None
    neighbours: frozenset[SessionId] = frozenset()  # the sessions of the same folder
    worker: WorkerId | None = None


NOTHING = Thing()

Rule: TypeAlias = Callable[[Holder, Thing], bool]


def always(_holder: Holder, _thing: Thing) -> bool:
    return True


def own(holder: Holder, thing: Thing) -> bool:
    return thing.user == holder.user


def itself(holder: Holder, thing: Thing) -> bool:
    return isinstance(holder, Session) and own(holder, thing) and thing.session == holder.session


def neighbour(holder: Holder, thing: Thing) -> bool:
    """A session of the same folder, and of the same user."""
    return isinstance(holder, Session) and own(holder, thing) and holder.session in thing.neighbours


def own_lease(holder: Holder, thing: Thing) -> bool:
    return isinstance(holder, Worker) and own(holder, thing) and thing.worker == holder.worker


def owners_cli(holder: Holder, _thing: Thing) -> bool:
    """After `rdv auth login` the owner speaks through a token, and is no less the owner."""
    return isinstance(holder, TokenUser) and holder.is_owner and holder.kind == "cli"


def own_by_cli(holder: Holder, thing: Thing) -> bool:
    return isinstance(holder, TokenUser) and holder.kind == "cli" and own(holder, thing)


Row: TypeAlias = Mapping[type[Holder], Rule]

ONLY_OWNER: Row = {Owner: always, TokenUser: owners_cli}
USERS: Row = {Owner: always, Service: own, TokenUser: own}
USERS_AND_ITSELF: Row = {**USERS, Session: itself}

TABLE: Mapping[Action, Row] = {
    "user.read": {**USERS, Session: own, Worker: own},
    "user.create": ONLY_OWNER,
    "token.list": USERS,
    "token.mint": USERS,
    # It may become the owner's own, so nothing that is less than the owner begets one.
    "token.mint_cli": {Owner: always, TokenUser: own_by_cli},
    "token.read": USERS,
    "token.revoke": USERS,
    "service_token.rotate": ONLY_OWNER,
    "ticket.mint": USERS_AND_ITSELF,
    "audit.read": ONLY_OWNER,
    "daemon.inspect": ONLY_OWNER,
    "daemon.operate": ONLY_OWNER,
    "daemon.backup": ONLY_OWNER,
    "config.read": ONLY_OWNER,
    "config.reload": ONLY_OWNER,
    "events.follow": USERS_AND_ITSELF,
    "session.list": USERS,
    "session.create": USERS,
    "session.read": USERS_AND_ITSELF,
    "session.watch": USERS,
    "session.type": USERS,
    "session.change": USERS,
    "session.close": USERS,
    "session.report": USERS_AND_ITSELF,
    "session.message": {**USERS, Session: neighbour},
    # What runs in a session learns from those before it, and for those after it.
    "folder.read": {**USERS, Session: neighbour},
    "knowledge.learn": {**USERS, Session: neighbour},
    "item.list": USERS,
    "item.read": USERS,
    "item.change": USERS,
    "trash.empty": ONLY_OWNER,
    "lease.claim": {Owner: always, Worker: own},
    "lease.work": {Owner: always, Worker: own_lease},
}


def may(principal: Principal, action: Action, thing: Thing = NOTHING) -> bool:
    """Whether this principal may do this to that."""
    if isinstance(principal, Ticket):
        fits = (principal.action, principal.session) == (action, thing.session)
        return fits and may(principal.holder, action, thing)
    rule = TABLE[action].get(type(principal))
    return rule is not None and rule(principal, thing)


def ensure(principal: Principal, action: Action, thing: Thing = NOTHING) -> None:
    """Raise `Forbidden` unless it may."""
    if not may(principal, action, thing):
        who = type(principal).__name__.lower()
        raise Forbidden(f"{action} is not allowed here to what speaks as {who}")
