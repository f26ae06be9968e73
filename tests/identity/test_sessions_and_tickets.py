"""What runs in a session, and who comes with a ticket."""

import os
from pathlib import Path

import pytest
import trio
from attrs import evolve

from rdvd.ground.errors import Forbidden, Unauthenticated
from rdvd.ground.peer import Peer
from rdvd.identity import (
    Auth,
    Session,
    SessionId,
    Thing,
    Ticket,
    TokenUser,
)

from .house import bearer, house, refused

S1, S2 = SessionId("s1"), SessionId("s2")


async def test_a_session_is_itself_by_its_token_and_by_the_kernels_word(tmp_path: Path):
    async with house(tmp_path) as h:
        owner = await h.owner()
        minted = await h.auth.call(Auth.mint_for_session, S1, owner.user)
        expected = Session(owner.user, S1, minted.token.id)
        assert expected == await h.auth.call(Auth.authenticate, bearer(minted), None)
        h.panes[os.getpid()] = S1
        inside = evolve(h.peer)  # a new connection
        assert expected == await h.auth.call(Auth.authenticate, {}, inside)
        assert expected == await h.auth.call(Auth.authenticate, bearer(minted), inside)
        await h.auth.call(Auth.revoke_session, S1)
        assert "INVALID_TOKEN" == await refused(h, bearer(minted))
        assert "SESSION_CLOSED" == await refused(h, {}, inside)


async def test_an_agent_in_a_session_is_no_owner_whatever_file_it_reads(tmp_path: Path):
    async with house(tmp_path) as h:
        owner, cli, api = await h.owner(), await h.mint("cli"), await h.mint("api")
        other = await h.auth.call(Auth.mint_for_session, S2, owner.user)
        h.panes[os.getpid()] = S1
        inside, code = evolve(h.peer), "TOKEN_FROM_INSIDE_A_SESSION"
        service = {"x-rdv-service-token": h.service_token(), "x-rdv-user-id": owner.user}
        assert code == await refused(h, bearer(cli), inside)
        assert code == await refused(h, service, inside)
        assert "FOREIGN_SESSION" == await refused(h, bearer(other), inside)
        assert other.token.id == h.events[-1].token
        assert isinstance(await h.auth.call(Auth.authenticate, bearer(api), inside), TokenUser)
        unclear = Peer(0, h.peer.uid, h.peer.gid, h.peer.pidfd)
        assert code == await refused(h, bearer(cli), unclear)
        assert "PEER_UNKNOWN" == await refused(h, {}, unclear)


async def test_of_a_hundred_who_use_a_ticket_at_once_one_gets_in(tmp_path: Path):
    async with house(tmp_path) as h:
        owner, outcomes = await h.owner(), list[object]()
        ticket = await h.auth.call(Auth.mint_ticket, owner, "events.follow")

        async def use() -> None:
            try:
                text = ticket.secret.reveal()
                outcomes.append(await h.auth.call(Auth.authenticate, {}, None, text))
            except Unauthenticated as problem:
                outcomes.append(problem.code)

        async with trio.open_nursery() as nursery:
            for _ in range(100):
                nursery.start_soon(use)

        assert 99 == outcomes.count("TICKET_INVALID")
        (winner,) = [outcome for outcome in outcomes if isinstance(outcome, Ticket)]
        assert (owner, "events.follow") == (winner.holder, winner.action)


async def test_a_ticket_is_no_more_than_its_holder_and_ends_with_it(tmp_path: Path):
    async with house(tmp_path) as h:
        owner = await h.owner()
        minted = await h.auth.call(Auth.mint_for_session, S1, owner.user)
        session = await h.auth.call(Auth.authenticate, bearer(minted), None)
        with pytest.raises(Forbidden):
            await h.auth.call(Auth.mint_ticket, session, "session.watch", Thing(owner.user, S2))
        ticket = await h.auth.call(Auth.mint_ticket, session, "events.follow")
        await h.auth.call(Auth.revoke_session, S1)
        with pytest.raises(Unauthenticated):
            await h.auth.call(Auth.authenticate, {}, None, ticket.secret.reveal())


async def test_only_a_ticket_may_stand_in_a_url(tmp_path: Path):
    async with house(tmp_path) as h:
        with pytest.raises(Unauthenticated) as caught:
            await h.auth.call(Auth.authenticate, {}, None, (await h.mint()).secret.reveal())
        assert "NOT_A_TICKET" == caught.value.code
