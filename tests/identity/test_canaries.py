"""No token value comes to light anywhere: not in a repr, a log, an error, an event or a file."""

import logging
import traceback
from pathlib import Path

import pytest
from attrs import asdict

from rdvd.ground.errors import Problem
from rdvd.identity import Auth, SessionId
from rdvd.identity.tokens import Secret

from .house import bearer, house


def contents(folder: Path, start: str = "") -> dict[str, bytes]:
    found = (path for path in folder.iterdir() if path.name.startswith(start))
    return {path.name: path.read_bytes() for path in found}


def forms(secret: Secret) -> list[str]:
    """The body as it is written, the bytes in hex, and bare base64: without their last letters."""
    random = secret._random  # pyright: ignore[reportPrivateUsage]  # what must not be found
    return [secret.reveal()[8:40], random.hex()[:40], Secret(None, random).reveal()[:36]]


async def test_no_token_value_comes_to_light(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    async with house(tmp_path) as h:
        owner = await h.owner()
        session = await h.auth.call(Auth.mint_for_session, SessionId("s1"), owner.user)
        secrets = [session.secret]
        for kind in ("cli", "api", "wrk"):
            minted = await h.mint(kind)
            secrets.append(minted.secret)
            principal = await h.auth.call(Auth.authenticate, bearer(minted), h.peer)
            await h.auth.call(Auth.revoke, owner, minted.token.id)
            said += [f"{minted!r} {minted} {asdict(minted)} {principal}"]
            for text in (minted.secret.reveal(), minted.secret.reveal()[:-1], "x"):
                try:
                    await h.auth.call(Auth.authenticate, {"authorization": text}, h.peer)
                except Problem as problem:
                    said += [str(problem), problem.detail, str(problem.facts)]
                    said += traceback.format_exception(problem)
        ticket = await h.auth.call(Auth.mint_ticket, owner, "events.follow")
        secrets.append(ticket.secret)
        said += [repr(ticket), str(h.events), str(await h.auth.call(Auth.tokens, owner))]

    kept = list(contents(tmp_path, "sqlite.db").values())
    assert kept
    for secret in secrets:
        random = secret._random  # pyright: ignore[reportPrivateUsage]  # what must not be found
        assert not any(random in content for content in kept)
        for form in forms(secret):
            assert form not in caplog.text
            assert not any(form in str(record.__dict__) for record in caplog.records)
            assert not any(form in text for text in said)
            assert not any(form.encode() in content for content in kept)


async def test_the_service_token_is_in_its_file_and_nowhere_else(tmp_path: Path):
    async with house(tmp_path) as h:
        token = h.service_token()
        await h.auth.call(Auth.rotate_service_token, await h.owner())

    kept = contents(tmp_path)
    assert [] == [name for name, content in kept.items() if token[8:40].encode() in content]
