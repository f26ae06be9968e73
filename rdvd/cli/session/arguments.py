"""Words after `--`: they are the session's, whatever they look like."""

import click

from rdvd.cli.view import Viewing

WORDS = "rdvd.words"


class Worded(Viewing):
    """Takes the words after `--` aside, so that no argument before it takes one of them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        at = args.index("--") if "--" in args else len(args)
        ctx.meta[WORDS] = args[at + 1 :]
        return super().parse_args(ctx, args[:at])

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [*super().collect_usage_pieces(ctx), "[-- WORD...]"]


def worded() -> list[str]:
    return click.get_current_context().meta[WORDS]
