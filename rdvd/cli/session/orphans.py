"""`rdv session orphans`: what tmux has, and no session knows of."""

import json
from typing import Any

import click

from rdvd.cli import here
from rdvd.cli.exits import USAGE, Failure
from rdvd.cli.options import confirm, json_option, yes_option
from rdvd.cli.session.asking import LONGEST, name_of, tell
from rdvd.cli.survivors import account_for
from rdvd.cli.view import Viewing


@click.command(cls=Viewing)
@click.option("--adopt", metavar="SERVER/NAME", help="Make it a session of yours.")
@click.option("--end", metavar="SERVER/NAME", help="End all that runs in it. Asks first.")
@yes_option
@json_option
def orphans(adopt: str | None, end: str | None, is_confirmed: bool, fields: str | None) -> None:
    """tmux sessions on our servers that belong to no session."""
    if adopt is not None and end is not None:
        raise Failure("either --adopt or --end", hint="Not both at once.", code=USAGE)
    if adopt is not None:
        session = _post("adopt", _place(adopt))
        tell(session, fields, f"{adopt} is the session {name_of(session)} now.")
    elif end is not None:
        place = _place(end)
        confirm(f"All that runs in {end} ends. Go on?", is_confirmed=is_confirmed)
        _tell_end(end, _post("end", place), fields)
    else:
        found: Any = here.api().get("/api/sessions/orphans")
        tell(found, fields, _draw(found))


def _post(verb: str, place: dict[str, object]) -> Any:
    return here.api(LONGEST).request("POST", f"/api/sessions/orphans/{verb}", json.dumps(place))


def _place(word: str) -> dict[str, object]:
    server, slash, name = word.partition("/")
    if not slash or not server.isdecimal() or not name:
        hint = "`rdv session orphans` lists them so."
        raise Failure(f"{word!r} is no SERVER/NAME", hint=hint, code=USAGE)
    return {"server": int(server), "name": name}


def _tell_end(word: str, answer: Any, fields: str | None) -> None:
    tell(answer, fields, f"{word} has ended.")
    account_for(answer["survivors"])


def _draw(found: list[Any]) -> str:
    from rdvd.cli.render import table  # lazy: `rdv --help` reads this file too
    from rdvd.cli.session.words import age  # lazy: as above
    from rdvd.cli.words import plain  # lazy: as above

    if not found:
        return "No orphans."
    return table(
        [
            {
                "orphan": f"{each['server']}/{plain(each['name'])}",
                "state": "dead" if each["is_dead"] else "alive",
                "pid": str(each["pid"]),
                "age": age(each["created_at"]),
                "command": plain(each["command"]),
                "directory": plain(each["project_path"]),
            }
            for each in found
        ]
    )
