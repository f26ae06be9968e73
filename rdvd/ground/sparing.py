"""Importing libraries without those parts of them that a daemon has no use for.

A web framework also imports its command line, its test client, its templates, and a server for
another event loop. All of that would lie in the memory of a daemon for as long as it runs.
"""

import sys
from collections.abc import Collection, Generator
from contextlib import contextmanager
from types import ModuleType
from typing import cast

PARTS = (
    *("click", "flask.cli", "quart.cli"),  # command lines
    *("quart.testing", "quart_trio.testing", "werkzeug.test"),  # test clients
    *("jinja2", "quart.debug"),  # templates, and the page for developers that is made with them
    *("werkzeug.serving", "hypercorn.asyncio"),  # servers that are not ours
    *("http.cookiejar", "logging.config", "multiprocessing", "multiprocessing.synchronize"),
    "hypercorn.protocol.h2",  # rdvd.ground.connection speaks HTTP/1 alone
    "dateutil",  # sqlite_utils has functions for tables of other people
    "ssl",  # both our sockets are local
)
# Whose importers do without them: hashlib then has Python's own digests, and no OpenSSL.
ABSENT = ("_hashlib",)


class StandIn(ModuleType):
    """Has every public name: an empty class, enough to be named, inherited from, or made one of.
    What is then asked of it fails with its name."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("_"):
            raise AttributeError(f"{self.__name__} stands in, and has no {name}", name=name)
        made = type(name, (), {"__module__": self.__name__})
        setattr(self, name, made)
        return made


@contextmanager
def spared(parts: Collection[str] = PARTS) -> Generator[None]:
    """What the block imports finds stand-ins for these, and what is to be absent is not there;
    who imports them later gets the real."""
    ours: dict[str, ModuleType | None] = {name: StandIn(name) for name in parts}
    ours |= dict.fromkeys(ABSENT)
    ours = {name: module for name, module in ours.items() if name not in sys.modules}
    sys.modules.update(cast(dict[str, ModuleType], ours))
    try:
        yield
    finally:
        for name in ours:
            del sys.modules[name]
