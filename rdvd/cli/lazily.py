"""A group of commands in files of their own, each read when it is asked for."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

NONE: Mapping[str, str] = {}


class Lazily(click.Group):
    """`where`: the module of each word; `as_python`: its name there, where the word is taken."""

    def __init__(
        self,
        *arguments: Any,
        where: Mapping[str, str],
        as_python: Mapping[str, str] = NONE,
        **named: Any,
    ) -> None:
        super().__init__(*arguments, **named)
        self._where = where
        self._as_python = as_python

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *self._where])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._where:
            return super().get_command(ctx, cmd_name)
        module = import_module(self._where[cmd_name])
        return getattr(module, self._as_python.get(cmd_name, cmd_name))
