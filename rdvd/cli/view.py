"""A question to the daemon and how its answer is shown: once, or again and again."""

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

import click

Answer = Any  # JSON, of the shape that /openapi.json describes


def _ageless(answer: Answer, _: float) -> Answer:
    return answer


class View(NamedTuple):
    """`essence`: what has to differ before something new is printed where there is no screen.

    Watched, it is asked for again at each event of the `types`, and every `refresh` seconds for
    what has no event; `aged` is what an answer would be so many seconds later if nothing happened.
    """

    ask: Callable[[], Answer]
    draw: Callable[[Answer], str]
    essence: Callable[[Answer], object]
    types: tuple[str, ...] = ("actor.", "session.")
    refresh: float = 10.0
    aged: Callable[[Answer, float], Answer] = _ageless


class Viewing(click.Command):
    """A command whose `--watch` and `--json` take a value only after `=`, never the next word."""

    alone: ClassVar[dict[str, str]] = {"--watch": "--watch=live", "--json": "--json="}

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        given = [self.alone.get(word, word) for word in args[:end]] + args[end:]
        return super().parse_args(ctx, given)


def tell(answer: Answer, fields: str | None, sentence: str) -> None:
    """As JSON for programs, as a sentence for people."""
    from rdvd.cli import render  # lazy: `rdv --help` needs the options alone

    click.echo(sentence if fields is None else render.as_json(answer, fields))


def show(view: View, fields: str | None, every: float | None) -> None:
    from rdvd.cli import render  # lazy: `rdv --help` needs the options alone

    if every is not None:
        from rdvd.cli.watch import watch  # lazy: only what is watched needs a terminal

        watch(view, fields, every or view.refresh)
    elif fields is not None:
        click.echo(render.as_json(view.ask(), fields))
    else:
        click.echo(view.draw(view.ask()))
