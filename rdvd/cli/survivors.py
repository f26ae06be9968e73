"""Processes that would not end: whoever has ended something is told of them."""

from typing import Any

from rdvd.cli.exits import FAILED, Failure


def account_for(survivors: list[Any], cause: str = "some of its processes would not end") -> None:
    from rdvd.cli.words import plain  # lazy: nearly always there are none

    if survivors:
        lines = "\n".join(f"{each['pid']}  {plain(each['command'])}" for each in survivors)
        raise Failure(cause, hint=lines, code=FAILED)
