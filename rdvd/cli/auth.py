"""`rdv auth`: who this command line is to the daemon, and its tokens."""

from typing import Any

import click

from rdvd.cli import here
from rdvd.cli.client import Api
from rdvd.cli.exits import NOT_ALLOWED, NOT_FOUND, Failure
from rdvd.cli.options import json_option
from rdvd.cli.view import Viewing, tell


@click.group()
def auth() -> None:
    """Log in and out, and see which tokens there are."""


@auth.command(cls=Viewing)
@click.option("--name", metavar="NAME", help="What the token is called; else after this machine.")
@json_option
def login(name: str | None, fields: str | None) -> None:
    """Get a token for this command line, by the word of the kernel that you are the owner."""
    import platform  # lazy: `rdv --help` reads this file too

    from rdvd.cli import keepsake  # lazy: it writes files, with all that this takes

    before = keepsake.read()
    order = {"kind": "cli", "name": name or f"rdv on {platform.node() or 'this machine'}"[:100]}
    minted: Any = _ask(here.api_as_owner(), "POST", "/api/tokens", order)
    try:
        keepsake.write(minted["token"], minted["about"]["id"])
    except Failure:
        _revoke(here.api_as_owner(), minted["about"]["id"])  # nobody has it: it must not live on
        raise
    if before is not None and before.id is not None:
        _revoke(here.api_as_owner(), before.id)
    answer = {"token_id": minted["about"]["id"], "kept_in": str(here.cli_token())}
    tell(answer, fields, f"logged in with token {answer['token_id']}, kept in {here.cli_token()}")


@auth.command(cls=Viewing)
@json_option
def logout(fields: str | None) -> None:
    """End the token of this command line and remove its file."""
    from rdvd.cli import keepsake  # lazy: as above

    kept = keepsake.read()
    if kept is None:
        tell({"was_logged_in": False, "ended_token": None}, fields, "not logged in")
        return
    if kept.id is not None:
        _revoke(here.api(), kept.id)
    keepsake.remove()
    sentence = "logged out" if kept.id else f"{here.cli_token()} is removed"
    tell({"was_logged_in": True, "ended_token": kept.id}, fields, sentence)
    if kept.id is None:
        click.echo(
            "! `rdv auth login` did not write it, so its id is not known and the token lives on."
            "\n  Find it with `rdv auth tokens`; `rdv api DELETE /api/tokens/ID` ends it.",
            err=True,
        )


@auth.command(cls=Viewing)
@json_option
def status(fields: str | None) -> None:
    """Who you are to the daemon, and what proves it."""
    from rdvd.cli import keepsake, render  # lazy: as above

    kept = keepsake.read()
    user: Any = here.api().get("/api/user")
    by = "peer credentials" if kept is None else "cli-token"
    answer = {
        "user": user["name"], "user_id": user["id"], "is_owner": user["is_owner"],
        "by": by, "token_id": kept.id if kept else None, "socket": str(here.api_socket()),
    }  # fmt: skip
    if fields is not None:
        click.echo(render.as_json(answer, fields))
        return
    owner = " (owner)" if user["is_owner"] else ""
    token = {} if kept is None else {"token": kept.id or "of unknown id"}
    known = {"user": user["name"] + owner, "by": by, **token, "socket": str(here.api_socket())}
    click.echo(render.facts(known))


@auth.command(cls=Viewing)
@json_option
def tokens(fields: str | None) -> None:
    """Your tokens, oldest first."""
    from rdvd.cli import render  # lazy: as above

    answer: Any = here.api().get("/api/tokens")
    shown = render.as_json(answer, fields) if fields is not None else _table(answer)
    click.echo(shown or "no tokens")


@auth.command("rotate-service-token", cls=Viewing)
@json_option
def rotate_service_token(fields: str | None) -> None:
    """Replace the token of the web frontend; the old one stays good for 10 minutes."""
    token: Any = here.api().request("POST", "/api/auth/service-token/rotate")
    sentence = f"the service token is now {token['id']}; the one before it ends in 10 minutes"
    tell(token, fields, sentence)


def _table(tokens: list[dict[str, Any]]) -> str:
    from rdvd.cli.render import table  # lazy: as above
    from rdvd.cli.words import moment, plain  # lazy: as above

    return table(
        [
            {
                "id": token["id"],
                "kind": token["kind"],
                "name": plain(token["name"]),
                "created": moment(token["created"]),
                "last used": moment(token["last_used"]),
                "expires": "revoked" if token["revoked"] else moment(token["expires"]),
            }
            for token in tokens
        ]
    )


def _revoke(api: Api, id: str) -> None:
    """That it is gone already, or no longer good, is what was wanted."""
    try:
        api.request("DELETE", f"/api/tokens/{id}")
    except Failure as failure:
        if failure.code not in {NOT_FOUND, NOT_ALLOWED}:
            raise


def _ask(api: Api, method: str, path: str, body: dict[str, str]) -> Any:
    import json  # lazy: as above

    return api.request(method, path, json.dumps(body))
