"""The `rdv` command: its options, and one function for each verb. Heavy imports wait inside."""

import sys
from importlib import import_module
from typing import Any

import click

from rdvd import VERSION
from rdvd.cli.exits import INTERRUPTED, Failure
from rdvd.cli.here import api
from rdvd.cli.options import json_option

LAZY = {
    "audit": "rdvd.cli.audit:audit",
    "auth": "rdvd.cli.auth:auth",
    "backup": "rdvd.cli.safekeeping:backup",
    "config": "rdvd.cli.config:config",
    "completion": "rdvd.cli.completion:completion",
    "daemon": "rdvd.cli.daemon:daemon",
    "doctor": "rdvd.cli.doctor:doctor",
    "events": "rdvd.cli.events:events",
    "restore": "rdvd.cli.safekeeping:restore",
    "service": "rdvd.cli.service:service",
}


class Commands(click.Group):
    """Commands in files of their own are read when they are asked for, or listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *LAZY])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in LAZY:
            return super().get_command(ctx, cmd_name)
        module, _, name = LAZY[cmd_name].partition(":")
        return getattr(import_module(module), name)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo(err=True)  # below the ^C that the terminal shows
            ctx.exit(INTERRUPTED)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="rdv", message="%(prog)s %(version)s")
def rdv() -> None:
    """Speak to rdvd, the daemon that keeps your terminals, agents and worktrees alive.

    Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 conflict, 5 not allowed,
    6 no daemon, 7 timed out, 8 refused, 9 not confirmed, 130 interrupted.
    """


@rdv.command()
@json_option
def status(fields: str | None) -> None:
    """Whether the daemon is well, in a few lines."""
    from rdvd.cli import render  # lazy: its JSON is not needed for --help

    answer: Any = api().get("/health")
    if fields is not None:
        click.echo(render.as_json(answer, fields))
        return
    components = answer["components"]
    metrics = answer["metrics"]
    click.echo(
        render.facts(
            {
                "status": answer["status"],
                "version": answer["version"],
                "running for": render.duration(answer["uptime_seconds"]),
                **{name: "ok" if well else "NOT OK" for name, well in components.items()},
                "sessions": str(metrics["active_sessions"]),
                "connections": str(metrics["websocket_connections"]),
            }
        )
    )
    for reason in answer["reasons"]:
        click.echo(f"! {reason}")


@rdv.command()
@json_option
def health(fields: str | None) -> None:
    """The daemon's health as it states it, without the tree."""
    from rdvd.cli import render  # lazy: as above

    answer: Any = api().get("/health")
    answer.pop("tree", None)
    click.echo(render.as_json(answer, fields or ""))


@rdv.command()
@json_option
def tree(fields: str | None) -> None:
    """The actors that live in the daemon: their state, restarts, crashes and work in hand."""
    from rdvd.cli import render  # lazy: as above
    from rdvd.cli.tree import draw  # lazy: only this command draws

    answer: Any = api().get("/health")
    if answer.get("tree") is None:
        raise Failure("the daemon shows its tree to its owner only", code=5)
    if fields is not None:
        click.echo(render.as_json(answer["tree"], fields))
    else:
        click.echo(draw(answer["tree"], render.room()))


@rdv.command("api")
@click.argument("method", metavar="METHOD")
@click.argument("path", metavar="PATH")
@click.option("-d", "--data", help="The JSON body; - reads it from standard input.")
def ask_api(method: str, path: str, data: str | None) -> None:
    """Ask the daemon's API yourself: the answer as it came; the exit code says how it went."""
    body = sys.stdin.read() if data == "-" else data
    status, text = api().exchange(method.upper(), path, body)
    click.echo(text)
    if status >= 400:
        from rdvd.cli.exits import OF_STATUS, REFUSED  # lazy: only when it went wrong

        sys.exit(OF_STATUS.get(status, REFUSED))


@rdv.command()
def version() -> None:
    """The version of this program."""
    click.echo(f"rdv {VERSION}")


def main() -> None:
    try:
        rdv(prog_name="rdv")
    except Failure as failure:
        click.echo(str(failure), err=True)
        sys.exit(failure.code)


if __name__ == "__main__":
    main()
