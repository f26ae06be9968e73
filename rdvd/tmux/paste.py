"""Text into a pane through a paste buffer: it reaches the program also in copy mode."""

import os
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from rdvd.ground.private import open_private

from .gateway import DRAFT, Tmux
from .quoting import Argument, Command, as_bytes

LONGEST_IN_A_COMMAND = 65_536
ESC = b"\x1b"


async def paste_text(tmux: Tmux, server: int, target: str, text: Argument) -> None:
    """As one paste: bracketed if the program asked for that, newlines as they are.

    Without ESC: an `ESC [201~` in the text would end the brackets, and the rest would be keys.
    """
    data = as_bytes(text).replace(ESC, b"")
    if not data:
        return
    name = f"rdv-{secrets.token_hex(8)}"
    # Since tmux 3.7 control characters arrive spelt out (^C) unless it is told to leave them.
    as_they_are = ("-S",) if tmux.abilities(server).can("paste-buffer", "S") else ()
    async with _filling(tmux, name, data) as fill:
        await tmux.batch(
            server,
            (
                fill,
                ("copy-mode", "-q", "-t", target),
                ("paste-buffer", "-p", "-r", *as_they_are, "-b", name, "-t", target),
                ("delete-buffer", "-b", name),  # also if the target is gone
            ),
        )


@asynccontextmanager
async def _filling(tmux: Tmux, name: str, data: bytes) -> AsyncGenerator[Command, None]:
    """How the buffer gets its content: in the command, or by a file for what does not fit in."""
    if len(data) <= LONGEST_IN_A_COMMAND and b"\0" not in data:
        yield ("set-buffer", "-b", name, "--", data)
        return
    path = tmux.settings.run / f"{DRAFT}{name}"
    try:
        await trio.to_thread.run_sync(_write, path, data)
        yield ("load-buffer", "-b", name, os.fspath(path))
    finally:
        path.unlink(missing_ok=True)


def _write(path: Path, data: bytes) -> None:
    with os.fdopen(open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as file:
        file.write(data)
