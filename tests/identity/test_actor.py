"""Auth in a tree, over a real store and real files."""

import os
from pathlib import Path

import pytest
import trio
from attrs import evolve
from trio.testing import wait_all_tasks_blocked

from actors.testing import crash, recording
from rdvd.ground.errors import BadInput, Conflict, Forbidden, NotFound
from rdvd.identity import (
    Auth,
    ForeignPeer,
    NewToken,
    Owner,
    Service,
    SessionId,
    TokenId,
    TokenRevoked,
    TokenUser,
    UnsafeFile,
    UserId,
    Worker,
    wait_until_ended,
)
from rdvd.identity.tokens import Secret, new_secret

from .house import bearer, house, refused

S1, S2 = SessionId("s1"), SessionId("s2")


async def test_the_first_start_makes_the_owner_who_needs_no_token(tmp_path: Path):
    async with house(tmp_path) as h:
        owner = await h.owner()
        user = await h.auth.call(Auth.user, owner)

        assert (True, "owner", Owner(user.id)) == (user.is_owner, user.name, owner)
    async with house(tmp_path) as again:
        assert owner == await again.owner()


async def test_without_token_and_without_a_peer_nobody_is_anybody(tmp_path: Path):
    async with house(tmp_path) as h:
        assert "MISSING_TOKEN" == await refused(h, {})


async def test_a_foreign_uid_is_nobody_even_with_a_token_that_is_good(tmp_path: Path):
    async with house(tmp_path) as h:
        headers = bearer(await h.mint())
        with pytest.raises(ForeignPeer):
            await h.auth.call(Auth.authenticate, headers, evolve(h.peer, uid=h.peer.uid + 1))
        assert ("refused", "FOREIGN_PEER") == (h.events[-1].outcome, h.events[-1].reason)


async def test_a_minted_token_is_its_user_and_outlives_a_crash_and_a_restart(tmp_path: Path):
    async with house(tmp_path) as h:
        cli, api, worker = [await h.mint(kind) for kind in ("cli", "api", "wrk")]
        await crash(h.auth)
        for minted in (cli, api):
            kind = minted.token.kind
            assert kind in ("cli", "api")
            user = TokenUser(minted.token.user, minted.token.id, kind, True)
            assert user == await h.auth.call(Auth.authenticate, bearer(minted), None)
    async with house(tmp_path) as again:
        principal = await again.auth.call(Auth.authenticate, bearer(worker), None)
        assert isinstance(principal, Worker)
        assert worker.token.subject == principal.worker


async def test_a_wrong_credential_is_refused_although_the_peer_alone_would_do(tmp_path: Path):
    async with house(tmp_path) as h:
        good = bearer(await h.mint())
        for headers in (
            {"authorization": "Bearer nonsense"},
            {"authorization": "Basic b3duZXI6"},
            {"authorization": f"Bearer {new_secret('cli').reveal()}"},
            {"x-rdv-service-token": "nonsense", **good},
            {"x-rdv-service-token": good["authorization"].split()[1], "x-rdv-user-id": "x"},
            {"authorization": ""},
        ):
            await refused(h, headers, h.peer)
        assert isinstance(await h.auth.call(Auth.authenticate, good, h.peer), TokenUser)


async def test_a_revoked_token_is_refused_at_once_and_ends_what_it_has_opened(tmp_path: Path):
    async with house(tmp_path) as h:
        minted = await h.mint()
        principal = await h.auth.call(Auth.authenticate, bearer(minted), None)

        async def check(who: object) -> None:
            await h.auth.call(Auth.check_still_good, principal)

        with trio.fail_after(5), recording(h.ended) as heard:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(wait_until_ended, principal, h.ended, check)
                await wait_all_tasks_blocked(0.05)
                await h.auth.call(Auth.revoke, await h.owner(), minted.token.id)
                assert "INVALID_TOKEN" == await refused(h, bearer(minted))

            assert [TokenRevoked(minted.token.id, "revoked")] == heard.events
        with trio.fail_after(1):
            await wait_until_ended(principal, h.ended, check)  # it looks, and need not listen
        with pytest.raises(NotFound):
            await h.auth.call(Auth.token, await h.owner(), minted.token.id)
    async with house(tmp_path) as again:
        assert "INVALID_TOKEN" == await refused(again, bearer(minted))


async def test_a_user_sees_and_revokes_own_tokens_only(tmp_path: Path):
    async with house(tmp_path) as h:
        owner = await h.owner()
        bob = await h.auth.call(Auth.create_user, owner, "bob")
        order = NewToken("cli", "bob's")
        bobs = await h.auth.call(Auth.mint, owner, order, bob.id)
        owners = await h.mint("cli")
        by_bob = await h.auth.call(Auth.authenticate, bearer(bobs), None)

        assert [bobs.token.id] == [token.id for token in await h.auth.call(Auth.tokens, by_bob)]
        assert 3 == len(await h.auth.call(Auth.tokens, owner))
        with pytest.raises(NotFound):
            await h.auth.call(Auth.revoke, by_bob, owners.token.id)
        with pytest.raises(Forbidden):
            await h.auth.call(Auth.mint, by_bob, order, owner.user)
        with pytest.raises(Forbidden):
            await h.auth.call(Auth.create_user, by_bob, "eve")
        assert "refused" == h.events[-1].outcome


async def test_an_api_key_cannot_make_itself_a_cli_token(tmp_path: Path):
    async with house(tmp_path) as h:
        by = await h.auth.call(Auth.authenticate, bearer(await h.mint("api")), None)

        with pytest.raises(Forbidden):
            await h.auth.call(Auth.mint, by, NewToken("cli", "more"))


async def test_the_service_acts_for_users_that_exist(tmp_path: Path):
    async with house(tmp_path) as h:
        owner, token = await h.owner(), h.service_token()
        bob = await h.auth.call(Auth.create_user, owner, "bob")
        forms = ({"x-rdv-service-token": token}, {"authorization": f"Bearer {token}"})
        for headers in forms:
            service = await h.auth.call(
                Auth.authenticate, {**headers, "x-rdv-user-id": bob.id}, h.peer
            )
            assert isinstance(service, Service)
            assert bob.id == service.user
            assert "MISSING_USER_ID" == await refused(h, headers)
            assert "UNKNOWN_USER" == await refused(h, {**headers, "x-rdv-user-id": "eve"})


async def test_the_service_token_survives_restarts_and_is_for_the_owners_eyes(tmp_path: Path):
    async with house(tmp_path) as h:
        before, path = h.service_token(), h.settings.service_token_file
        assert 0o600 == path.stat().st_mode & 0o777
    async with house(tmp_path) as again:
        assert before == again.service_token()


async def test_seed_000s_service_token_file_is_taken_over(tmp_path: Path):
    secret = Secret(None, os.urandom(32))
    path = tmp_path / "service-token"
    path.touch(0o600)
    path.write_text(secret.reveal())
    async with house(tmp_path) as h:
        headers = {"x-rdv-user-id": (await h.owner()).user, "x-rdv-service-token": secret.reveal()}
        assert isinstance(await h.auth.call(Auth.authenticate, headers, None), Service)
        assert secret.reveal() == h.service_token()


@pytest.mark.parametrize("content", ["nonsense", new_secret("cli").reveal()], ids=["no", "other"])
async def test_a_service_token_file_with_something_else_is_refused(content: str, tmp_path: Path):
    path = tmp_path / "service-token"
    path.touch(0o600)
    path.write_text(content)
    with pytest.raises(UnsafeFile, match="start again"):
        async with house(tmp_path):
            pass
    assert content == path.read_text()


async def test_every_refusal_and_the_first_success_of_a_process_are_recorded(tmp_path: Path):
    async with house(tmp_path) as h:
        minted = await h.mint()
        h.events.clear()
        for _ in range(3):
            await h.auth.call(Auth.authenticate, bearer(minted), h.peer)
            await refused(h, {})

        told = [(event.outcome, event.token) for event in h.events]
        no = ("refused", None)
        assert [("accepted", minted.token.id), no, no, no] == told


async def test_the_service_token_is_rotated_and_never_revoked(tmp_path: Path):
    async with house(tmp_path) as h:
        owner = await h.owner()
        (service,) = await h.auth.call(Auth.tokens, owner)
        with pytest.raises(Conflict):
            await h.auth.call(Auth.revoke, owner, service.id)


@pytest.mark.parametrize("name", ["", "  ", "\u3000", "x" * 101, "two\nlines", "\x1b[2J"])
async def test_names_that_would_speak_to_a_terminal_are_refused(name: str, tmp_path: Path):
    async with house(tmp_path) as h:
        with pytest.raises(BadInput):
            await h.auth.call(Auth.create_user, await h.owner(), name)


@pytest.mark.parametrize("name", ["  ", "\u3000", "two\nlines", "\x1b[2J"])
async def test_so_are_those_of_tokens(name: str, tmp_path: Path):
    async with house(tmp_path) as h:
        with pytest.raises(BadInput):
            await h.auth.call(Auth.mint, await h.owner(), NewToken("api", name))


async def test_nobody_has_tokens_without_end(tmp_path: Path):
    async with house(tmp_path, most_tokens=2) as h:
        await h.mint()
        await h.mint()
        with pytest.raises(Conflict, match="too many"):
            await h.mint()


async def test_what_is_not_there_is_not_found(tmp_path: Path):
    async with house(tmp_path) as h:
        owner = await h.owner()
        with pytest.raises(NotFound):
            await h.auth.call(Auth.token, owner, TokenId("none"))
        with pytest.raises(NotFound):
            await h.auth.call(Auth.mint, owner, NewToken("api", "n"), UserId("none"))
        with pytest.raises(Conflict):
            await h.auth.call(Auth.create_user, owner, "owner")


async def test_a_full_disk_locks_nobody_out_and_is_told_to_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    is_full = [False]
    async with house(tmp_path, is_disk_full=lambda: is_full[0]) as h:
        headers = bearer(await h.mint())
        is_full[0] = True
        assert isinstance(await h.auth.call(Auth.authenticate, headers, h.peer), TokenUser)
        assert "INVALID_TOKEN" == await refused(
            h, {"authorization": new_secret("api").reveal()}, h.peer
        )
        assert "audit.not_written" in caplog.text


async def test_a_stream_that_missed_news_looks_again_and_goes_on(tmp_path: Path):
    async with house(tmp_path) as h:
        minted = await h.mint()
        principal = await h.auth.call(Auth.authenticate, bearer(minted), None)
        looked: list[int] = []

        async def check(who: object) -> None:
            looked.append(1)
            await h.auth.call(Auth.check_still_good, principal)

        with trio.fail_after(5):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(wait_until_ended, principal, h.ended, check)
                await wait_all_tasks_blocked(0.05)
                for number in range(1_000):
                    h.ended.publish(TokenRevoked(TokenId(str(number)), "revoked"))
                await wait_all_tasks_blocked(0.05)
                assert 2 == len(looked)
                await h.auth.call(Auth.revoke, await h.owner(), minted.token.id)


async def test_every_act_is_recorded_with_the_process_that_asked(tmp_path: Path):
    async with house(tmp_path) as h:
        owner = await h.owner()
        minted = await h.mint()
        await h.auth.call(Auth.mint_ticket, owner, "events.follow")
        await h.auth.call(Auth.rotate_service_token, owner)
        await h.auth.call(Auth.create_user, owner, "bob")
        await h.auth.call(Auth.revoke, owner, minted.token.id)
        weak = await h.auth.call(Auth.authenticate, bearer(await h.mint()), h.peer)
        with pytest.raises(Forbidden):
            await h.auth.call(Auth.create_user, weak, "eve")

    where = f"uid:{os.geteuid()} pid:{os.getpid()}"
    assert {"token.mint", "ticket.mint", "user.create"} <= {event.action for event in h.events}
    assert [event for event in h.events if event.peer != where] == []


async def test_what_the_daemon_does_by_itself_is_recorded_as_its_own(tmp_path: Path):
    async with house(tmp_path) as h:
        owner = await h.owner()
        await h.auth.call(Auth.mint_for_session, SessionId("s"), owner.user)
        await h.auth.call(Auth.revoke_session, SessionId("s"))

    assert [(event.action, event.peer) for event in h.events[-2:]] == [
        ("token.mint", "rdvd"), ("token.revoke", "rdvd"),
    ]  # fmt: skip
