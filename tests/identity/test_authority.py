"""The whole table, written down a second time: each action, each principal, each relation."""

from itertools import product
from typing import get_args

import pytest

from rdvd.ground.errors import Forbidden
from rdvd.identity import (
    Action,
    Owner,
    Principal,
    Service,
    Session,
    SessionId,
    Thing,
    Ticket,
    TicketAction,
    TokenId,
    TokenUser,
    UserId,
    Worker,
    WorkerId,
    ensure,
    may,
)
from rdvd.identity.types import Holder

ANN, BOB = UserId("ann"), UserId("bob")
S1, S2, W1, W2 = SessionId("s1"), SessionId("s2"), WorkerId("w1"), WorkerId("w2")
T = TokenId("t")

# One letter each; the capital ones are the owner's own.
HOLDERS: dict[str, Holder] = {
    "O": Owner(ANN),
    "v": Service(BOB, T),
    "C": TokenUser(ANN, T, "cli", True),
    "A": TokenUser(ANN, T, "api", True),
    "c": TokenUser(BOB, T, "cli", False),
    "a": TokenUser(BOB, T, "api", False),
    "s": Session(BOB, S1, T),
    "w": Worker(BOB, W1, T),
}

THINGS: dict[str, Thing] = {
    "nobody's": Thing(),
    "bob's": Thing(BOB),
    "session 1": Thing(BOB, S1),
    "session 2": Thing(BOB, S2),
    "session 2, in one folder with 1": Thing(BOB, S2, frozenset({S1, S2})),
    "lease of worker 1": Thing(BOB, worker=W1),
    "lease of worker 2": Thing(BOB, worker=W2),
    "ann's": Thing(ANN),
    "ann's session, in one folder with 1": Thing(ANN, S2, frozenset({S1, S2})),
    "ann's session 1": Thing(ANN, S1),
}

BOBS = {name for name, thing in THINGS.items() if thing.user == BOB}
ANNS = {name for name, thing in THINGS.items() if thing.user == ANN}

# Who may: with nobody's thing, with any of Bob's, with any of Ann's; and who may more, with which.
USERS = ("O", "Ovca", "OCA")
ADMIN = ("OC", "OC", "OC")
ITSELF = {"session 1": "s"}
EXPECTED: dict[Action, tuple[tuple[str, str, str], dict[str, str]]] = {
    "user.read": (("O", "Ovcasw", "OCA"), {}),
    "user.create": (ADMIN, {}),
    "token.list": (USERS, {}),
    "token.mint": (USERS, {}),
    "token.mint_cli": (("O", "Oc", "OC"), {}),
    "token.read": (USERS, {}),
    "token.revoke": (USERS, {}),
    "service_token.rotate": (ADMIN, {}),
    "ticket.mint": (USERS, ITSELF),
    "audit.read": (ADMIN, {}),
    "daemon.inspect": (ADMIN, {}),
    "daemon.operate": (ADMIN, {}),
    "trash.empty": (ADMIN, {}),
    "daemon.backup": (ADMIN, {}),
    "config.read": (ADMIN, {}),
    "config.reload": (ADMIN, {}),
    "events.follow": (USERS, ITSELF),
    "session.list": (USERS, {}),
    "session.create": (USERS, {}),
    "session.read": (USERS, ITSELF),
    "session.watch": (USERS, {}),
    "session.type": (USERS, {}),
    "session.change": (USERS, {}),
    "session.close": (USERS, {}),
    "session.report": (USERS, ITSELF),
    "session.message": (USERS, {"session 2, in one folder with 1": "s"}),
    "folder.read": (USERS, {"session 2, in one folder with 1": "s"}),
    "knowledge.learn": (USERS, {"session 2, in one folder with 1": "s"}),
    "item.list": (USERS, {}),
    "item.read": (USERS, {}),
    "item.change": (USERS, {}),
    "lease.claim": (("O", "Ow", "O"), {}),
    "lease.work": (("O", "O", "O"), {"lease of worker 1": "w"}),
}


def test_every_action_is_written_down_here():
    assert set(get_args(Action)) == set(EXPECTED)


@pytest.mark.parametrize("action", get_args(Action))
def test_the_table_says_what_was_meant(action: Action):
    (nobodys, bobs, anns), more = EXPECTED[action]
    for name, thing in THINGS.items():
        base = bobs if name in BOBS else anns if name in ANNS else nobodys
        allowed = {letter for letter, holder in HOLDERS.items() if may(holder, action, thing)}

        assert set(base + more.get(name, "")) == allowed, name


def test_a_ticket_opens_what_it_is_for_and_only_if_its_holder_may():
    for holder, opens in product(HOLDERS.values(), get_args(TicketAction)):
        ticket: Principal = Ticket(holder, T, opens, S1)
        for action, thing in product(get_args(Action), THINGS.values()):
            fits = action == opens and thing.session == S1
            assert may(ticket, action, thing) is (fits and may(holder, action, thing))


def test_who_may_not_is_told_so():
    with pytest.raises(Forbidden, match=r"daemon\.operate"):
        ensure(HOLDERS["s"], "daemon.operate")
    ensure(HOLDERS["O"], "daemon.operate")
