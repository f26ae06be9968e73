"""The daemon's end of the recorder's control socket: questions with numbers, answers, news."""

from collections.abc import Callable
from itertools import count

import trio
from attrs import define, field

from rdvd.recorder import MalformedLine, split_lines, write_line

from .errors import RecorderProblem

MOST_UNSENT = 64  # questions that wait for the socket; who asks more waits with them
News = Callable[[str, str, int, int], None]  # what, which session, its end, the time


class Disconnected(Exception):
    """The recorder is gone, or said what no recorder says. Whether it heard us is unknown."""


@define
class _Question:
    answered: trio.Event = field(factory=trio.Event)
    words: list[str] | None = None  # None: disconnected


class Connection:
    """Any number may ask at once; `listen` has to run meanwhile and ends with the connection."""

    def __init__(self, stream: trio.SocketStream, news: News) -> None:
        self._stream = stream
        self._news = news
        self._numbers = count(1)
        self._open: dict[str, _Question] = {}
        self._to_send, self._queue = trio.open_memory_channel[bytes](MOST_UNSENT)

    async def ask(self, verb: str, *words: str | int | float) -> list[str]:
        """The words of its answer; RecorderProblem if it refuses."""
        number, question = str(next(self._numbers)), _Question()
        self._open[number] = question
        try:
            await self._to_send.send(write_line(number, verb, *map(str, words)))
            await question.answered.wait()
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise Disconnected from error
        finally:
            self._open.pop(number, None)
        match question.words:
            case ["ok", *answer]:
                return answer
            case ["no", code, text]:
                raise RecorderProblem(f"the recorder refuses: {text}", code=f"RECORDER_{code}")
            case _:
                raise Disconnected

    async def listen(self) -> None:
        """Returns when the recorder is gone, or says what no recorder says."""
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._speak)
                await self._hear()
                nursery.cancel_scope.cancel()
        except* (trio.BrokenResourceError, MalformedLine, ValueError):
            pass  # all the same to who asked: the connection is over
        finally:
            self._to_send.close()
            self._queue.close()
            for question in self._open.values():
                question.answered.set()

    async def _hear(self) -> None:
        rest = b""
        while piece := await self._stream.receive_some():
            messages, rest = split_lines(rest + piece)
            for message in messages:
                self._take(message)

    async def _speak(self) -> None:
        """One task sends, so that whoever is cancelled never leaves half a line behind."""
        async for line in self._queue:
            await self._stream.send_all(line)

    def _take(self, message: list[str]) -> None:
        number, what, *words = message
        if number == "0" and len(words) == 3:
            self._news(what, words[0], int(words[1]), int(words[2]))
        elif number in self._open:
            question = self._open[number]
            question.words = [what, *words]
            question.answered.set()
