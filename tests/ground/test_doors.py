"""The accept loop when the process has no descriptor left; who gets in is in test_serve.py."""

import logging
import os
import resource
import socket
from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
import trio

from rdvd.ground.doors import Rules, keep_doors
from rdvd.ground.live import Live
from rdvd.ground.peer import Peer

LOG = logging.getLogger("tests.doors")


class Greeter:
    """Says one word and leaves."""

    def __init__(self, stream: trio.SocketStream, _peer: Peer) -> None:
        self._stream = stream

    def when_known(self, tell: Callable[[], object]) -> None:
        """It never is."""

    async def run(self) -> None:
        try:
            await self._stream.send_all(b"hello")
        finally:
            self.cut()

    def cut(self) -> None:
        self._stream.socket.close()


async def nothing_to_say(_inside: Collection[Greeter]) -> None:
    return None


@contextmanager
def no_descriptor_left() -> Generator[None, None, None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    held: list[int] = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 512), hard))
    try:
        with pytest.raises(OSError, match="Too many open files"):
            while True:
                held.append(os.dup(0))
        yield
    finally:
        for descriptor in held:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_without_descriptors_nobody_is_lost_they_wait_and_the_log_says_why(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    complained = trio.Event()

    class Tell(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            complained.set()

    tell = Tell()
    LOG.addHandler(tell)
    path = str(tmp_path / "a.sock")
    with socket.socket(socket.AF_UNIX) as bound, socket.socket(socket.AF_UNIX) as caller:
        bound.bind(path)
        serve = partial(
            keep_doors, Live([bound]), Greeter, nothing_to_say,
            rules=Live(Rules(8)), log=LOG, stopping=trio.Event(),
        )  # fmt: skip
        async with trio.open_nursery() as nursery:
            await nursery.start(serve)
            with no_descriptor_left(), trio.fail_after(5):
                caller.connect(path)
                await complained.wait()
            with trio.fail_after(5):
                await trio.lowlevel.wait_readable(caller)
            assert caller.recv(9) == b"hello"
            nursery.cancel_scope.cancel()
    LOG.removeHandler(tell)

    assert {record.msg for record in caplog.records} == {"accept_failed"}
