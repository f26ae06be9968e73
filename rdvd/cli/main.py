"""The `rdv` command: its options, and one function for each verb. Heavy imports wait inside."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

from rdvd import VERSION
from rdvd.cli.exits import INTERRUPTED, USAGE, Failure
from rdvd.cli.options import json_option
from rdvd.cli.view import Viewing, tell

LAZY = {
    "a": "rdvd.cli.attach.command:attach",
    "api": "rdvd.cli.api:api",
    "attach": "rdvd.cli.attach.command:attach",
    "audit": "rdvd.cli.audit:audit",
    "auth": "rdvd.cli.auth:auth",
    "backup": "rdvd.cli.safekeeping:backup",
    "config": "rdvd.cli.config:config",
    "completion": "rdvd.cli.completion:completion",
    "daemon": "rdvd.cli.daemon:daemon",
    "doctor": "rdvd.cli.doctor:doctor",
    "events": "rdvd.cli.events:events",
    "folder": "rdvd.cli.folder.group:folder",
    "grep": "rdvd.cli.session.grep:grep",
    "hook": "rdvd.cli.hooks:hook",
    "hooks": "rdvd.cli.hooks:hooks",
    "health": "rdvd.cli.status:health",
    "knowledge": "rdvd.cli.knowledge:knowledge",
    "ls": "rdvd.cli.session.listing:ls",
    "man": "rdvd.cli.man:man",
    "new": "rdvd.cli.session.beginning:new",
    "pref": "rdvd.cli.pref:pref",
    "restore": "rdvd.cli.safekeeping:restore",
    "service": "rdvd.cli.service:service",
    "session": "rdvd.cli.session.group:session",
    "status": "rdvd.cli.status:status",
    "top": "rdvd.cli.top:top",
    "trash": "rdvd.cli.trash:trash",
    "tree": "rdvd.cli.tree:tree",
    "worktree": "rdvd.cli.worktree.group:worktree",
}


SECTIONS = {
    "Sessions": ("new", "ls", "a", "attach", "grep", "session"),
    "Projects": ("worktree", "folder", "pref", "knowledge", "hooks", "trash"),
    "The daemon": ("status", "tree", "top", "events", "doctor", "daemon", "service"),
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

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        word = args[0]
        if self.get_command(ctx, word) is None and not word.startswith("-"):
            raise _unknown(word, self.list_commands(ctx))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        named = {name for names in SECTIONS.values() for name in names}
        others = [name for name in self.list_commands(ctx) if name not in named]
        room = formatter.width - 6 - max(map(len, [*named, *others]))
        for title, names in {**SECTIONS, "More": tuple(others)}.items():
            commands = [(name, self.get_command(ctx, name)) for name in names]
            rows = [(name, each.get_short_help_str(room)) for name, each in commands if each]
            with formatter.section(title):
                formatter.write_dl(rows)

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with _ending_as_a_shell_does():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        with _ending_as_a_shell_does():
            return super().invoke(ctx)


def _unknown(word: str, known: list[str]) -> Failure:
    from difflib import get_close_matches  # lazy: only for a message

    from rdvd.cli.session.group import WHERE  # lazy: as above

    near = get_close_matches(word, known, n=1)
    hint = f"Did you mean `rdv {near[0]}`?" if near else "`rdv --help` lists them."
    if word in WHERE:
        hint = f"It is one of those for sessions: `rdv session {word}`."
    return Failure(f"there is no command {word}", hint=hint, code=USAGE)


@contextmanager
def _ending_as_a_shell_does() -> Generator[None]:
    """Else click would end both ways with 1."""
    try:
        yield
    except (KeyboardInterrupt, RuntimeError) as error:
        # Python makes a RuntimeError of it if it comes while a class is made, as imports do.
        if not isinstance(error.__cause__ or error, KeyboardInterrupt):
            raise
        click.echo(err=True)  # below the ^C that the terminal shows
        sys.exit(INTERRUPTED)
    except BrokenPipeError as error:
        from rdvd.cli.unheard import end_unheard  # lazy: nearly always somebody listens

        end_unheard(error)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="rdv", message="%(prog)s %(version)s")
def rdv() -> None:
    """Speak to rdvd, the daemon that keeps your terminals, agents and worktrees alive.

    Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 conflict, 5 not allowed,
    6 no daemon, 7 timed out, 8 refused, 9 not confirmed, 130 interrupted, 141 nobody reads.
    """


@rdv.command(cls=Viewing)
@json_option
def version(fields: str | None) -> None:
    """The version of this program."""
    tell({"version": VERSION}, fields, f"rdv {VERSION}")


def main() -> None:
    if "_RDV_COMPLETE" in os.environ:
        from rdvd.cli.completion import know_shells  # lazy: nobody presses Tab otherwise

        know_shells()
    try:
        rdv(prog_name="rdv")
    except Failure as failure:
        _say(failure)
        sys.exit(failure.code)


def _say(failure: Failure) -> None:
    try:
        click.echo(str(failure), err=True)
    except OSError:  # the code says it too
        from rdvd.cli.unheard import silence  # lazy: as above

        silence(sys.stderr)


if __name__ == "__main__":
    main()
