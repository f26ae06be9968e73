"""`/ws/terminal/<session_id>`: who may watch, in which way, and how a visit runs."""

from collections.abc import Mapping
from contextlib import AsyncExitStack

from attrs import frozen

from rdvd.identity import Principal, SessionId, Thing, ensure, may
from rdvd.sessions import Front, Session, Size
from rdvd.streams import Farewell, Stream, StreamRoute

from .endings import ending_of
from .pseudo import open_terminal
from .screen import ScreenView
from .stages import Stages
from .talk import WINDOW
from .tape import play
from .types import CROWDED, Hello
from .wire import BINARY_PROTOCOL, write
from .wish import Wish, read_wish

PATTERN = "/ws/terminal/<session_id>"
LARGEST_INPUT = 1024 * 1024
FEATURES = "256,RGB,bpaste,ccolour,cstyle,focus,overline,strikethrough,title,usstyle"


@frozen
class Terminals:
    """The handler of every terminal stream."""

    _front: Front
    _stages: Stages
    _program: str  # tmux
    _environment: Mapping[str, str]  # what its clients may know of ours

    def route(self) -> StreamRoute:
        return StreamRoute(
            PATTERN, self.watch, self.ensure_may_look,
            protocols=(BINARY_PROTOCOL,), admits="also by first message",
            largest_message=LARGEST_INPUT,
        )  # fmt: skip

    async def ensure_may_look(self, principal: Principal, path: Mapping[str, str]) -> None:
        session = self._front.get(SessionId(path["session_id"]))
        if not may_type(principal, session):
            ensure(principal, "session.watch", thing_of(session))

    async def watch(self, stream: Stream) -> Farewell | None:
        wish = read_wish(stream.query)
        session = self._front.get(SessionId(stream.path["session_id"]))
        if wish.mode == "log":
            return await play(stream, self._front, session, wish)
        if self._stages.is_crowded(session.id):
            return CROWDED
        ending = ending_of(session)
        if ending is not None:
            if ending.message is not None:
                await stream.send(write(ending.message))
            return ending.farewell
        return await self._draw(stream, wish, session)

    async def _draw(self, stream: Stream, wish: Wish, session: Session) -> Farewell | None:
        may_write = may_type(stream.principal, session) and not wish.read_only
        await stream.send(write(_hello(wish, session, may_write=may_write)))
        async with AsyncExitStack() as held:
            terminal = await held.enter_async_context(
                open_terminal(
                    self._command(session, may_write=may_write),
                    {**self._environment, "TERM": wish.known_term},
                    wish.cols,
                    wish.rows,
                )
            )
            view = ScreenView(stream, terminal, self._stages, session.id, may_type=may_write)
            own = Size(wish.cols, wish.rows)
            held.enter_context(self._stages.joined(session, view, own, may_own=may_write))
            return await view.run(self._front)

    def _command(self, session: Session, *, may_write: bool) -> list[str]:
        """A read-only client of tmux cannot type, whatever we forget."""
        target = self._front.attach_target(session.id)
        attach = ["attach-session", "-E", "-t", f"={target.name}", *([] if may_write else ["-r"])]
        server = ["-S", str(target.socket), "-f", "/dev/null"]
        return [self._program, *server, "-u", "-T", FEATURES, *attach]


def may_type(principal: Principal, session: Session) -> bool:
    return may(principal, "session.type", thing_of(session))


def thing_of(session: Session) -> Thing:
    return Thing(user=session.user, session=session.id)


def _hello(wish: Wish, session: Session, *, may_write: bool) -> Hello:
    return Hello(
        session=session.id, mode=wish.mode, seq=0, end=0, read_only=not may_write,
        resumed="repaint", window=WINDOW,
    )  # fmt: skip
