"""The words after `rdv session`; each command is read when it is asked for."""

import click

from rdvd.cli.lazily import Lazily

WHERE = {
    "attach": "rdvd.cli.attach.command",
    "close": "rdvd.cli.session.ending",
    "exec": "rdvd.cli.session.keyboard",
    "expect": "rdvd.cli.session.expecting",
    "keys": "rdvd.cli.session.keyboard",
    "logs": "rdvd.cli.session.logs",
    "ls": "rdvd.cli.session.listing",
    "mv": "rdvd.cli.session.changing",
    "new": "rdvd.cli.session.beginning",
    "orphans": "rdvd.cli.session.orphans",
    "record": "rdvd.cli.session.recording",
    "rename": "rdvd.cli.session.changing",
    "restart": "rdvd.cli.session.changing",
    "restore": "rdvd.cli.session.ending",
    "resume": "rdvd.cli.session.changing",
    "screen": "rdvd.cli.session.looking",
    "send": "rdvd.cli.session.keyboard",
    "show": "rdvd.cli.session.looking",
    "suspend": "rdvd.cli.session.changing",
    "trash": "rdvd.cli.session.ending",
    "wait": "rdvd.cli.session.waiting",
}
AS_PYTHON = {"exec": "execute"}  # a name that is taken there


@click.group(cls=Lazily, where=WHERE, as_python=AS_PYTHON)
def session() -> None:
    """Sessions: terminals that outlive whoever looks at them.

    NAME is a name, an id or the beginning of an id. `rdv ls`, `rdv new` and `rdv a` are short for
    `rdv session ls`, `new` and `attach`.
    """
