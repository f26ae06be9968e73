"""One line of `rdv doctor`."""

from typing import Literal, NamedTuple

from rdvd.cli.client import Json

Level = Literal["ok", "warn", "fail", "fixed", "could"]  # could: what --fix would do


class Finding(NamedTuple):
    """`do`: what a person can do about it. Whatever is not ok has one."""

    name: str
    level: Level
    says: str
    do: str = ""

    def as_json(self) -> Json:
        return {"name": self.name, "level": self.level, "says": self.says, "do": self.do}

    def __str__(self) -> str:
        line = f"{self.level:<5}  {self.name}: {self.says}"
        return f"{line}\n       -> {self.do}" if self.do else line


def ok(name: str, says: str) -> Finding:
    return Finding(name, "ok", says)


def warn(name: str, says: str, do: str) -> Finding:
    return Finding(name, "warn", says, do)


def fail(name: str, says: str, do: str) -> Finding:
    return Finding(name, "fail", says, do)
