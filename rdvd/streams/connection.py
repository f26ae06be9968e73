"""One client, from the first byte to the last."""

import logging
from collections.abc import Callable

import outcome
import trio
from wsproto.events import Request

from actors import Unavailable
from rdvd.ground.answers import answer_trouble
from rdvd.ground.errors import Problem
from rdvd.ground.ids import new_id
from rdvd.ground.peer import Peer
from rdvd.ground.problems import trouble_of
from rdvd.identity import Principal, name_of
from rdvd.limits import key_of

from .farewells import farewell_of, trouble_beside_gone
from .greeting import Greeting
from .handshake import read_knock
from .reception import Reception, Visit
from .record import Record
from .socket import Socket
from .stream import Stream
from .types import DONE, NO_CREDENTIAL, RESTARTING, TOKEN_ENDED, Farewell, Gone
from .wire import Wire

LOG = logging.getLogger("rdvd.streams")
LONGEST_HANDSHAKE = 5.0
LONGEST_ADMISSION = 5.0
LONGEST_SILENCE = 5.0  # of who is to say who it is


class Connection:
    def __init__(self, stream: trio.SocketStream, peer: Peer, reception: Reception) -> None:
        self._wire = Wire(stream)
        self._greeting = Greeting(self._wire)
        self._socket: Socket | None = None  # from the upgrade on
        self._peer = peer
        self._reception = reception
        self._scope = trio.CancelScope()
        self._visiting: trio.CancelScope | None = None  # from the upgrade to the goodbye
        self._farewell: Farewell | None = None
        self._record = Record()
        self.cut = self._wire.cut
        self._tell_known: Callable[[], object] = lambda: None

    def when_known(self, tell: Callable[[], object]) -> None:
        """It is, once it has said who it is and was let in."""
        self._tell_known = tell

    async def run(self) -> None:
        began = trio.current_time()
        try:
            with self._scope:
                async with trio.open_nursery() as nursery:
                    await self._serve(nursery)
                    nursery.cancel_scope.cancel()
        except* Gone:
            pass
        finally:
            self.cut()
            self._record.write(LOG, self._peer, trio.current_time() - began)

    def end(self, farewell: Farewell) -> None:
        """Cancel the handler, let it finish the message it is sending, say why, close."""
        if self._farewell is not None:
            return
        self._farewell = farewell
        self._scope.deadline = trio.current_time() + farewell.seconds
        if self._socket is not None:
            self._socket.outlet.hurry(self._scope.deadline)
        (self._scope if self._visiting is None else self._visiting).cancel()

    async def _serve(self, nursery: trio.Nursery) -> None:
        request = await self._handshake()
        if request is None:
            return
        self._record.path = request.target.partition("?")[0]
        visit = await self._receive(request)
        if visit is None:
            return
        protocol = visit.knock.agree(visit.route.protocols)
        await self._greeting.accept(protocol)
        self._record.status = 101
        route, early = visit.route, self._greeting.early
        socket = Socket(self._wire, early, route.largest_message, route.longest_send)
        self._socket = socket
        ended = await outcome.acapture(self._visit, nursery, visit, protocol, socket)
        own = self._judge(ended)
        await self._close(self._farewell or own, socket)

    async def _visit(
        self, nursery: trio.Nursery, visit: Visit, protocol: str | None, socket: Socket
    ) -> Farewell | None:
        with trio.CancelScope() as self._visiting:
            who = await self._identify(visit, socket)
            if isinstance(who, Farewell):
                return who
            return await self._follow(nursery, visit, who, protocol, socket)
        return None

    async def _handshake(self) -> Request | None:
        """None if the client does not finish it in time."""
        with trio.move_on_after(LONGEST_HANDSHAKE):
            return await self._greeting.hear()
        return None

    async def _receive(self, request: Request) -> Visit | None:
        """None if it was refused: by an ordinary HTTP answer, like those of the API."""
        pattern = self._reception.pattern_of(self._record.path or "")
        try:
            with trio.fail_after(LONGEST_ADMISSION):
                knock = read_knock(request.target, request.extra_headers, request.subprotocols)
                return await self._reception.admit(knock, self._peer)
        except (Problem, Unavailable, trio.TooSlowError) as refusal:
            self._reception.census.came(pattern, "refused")
            await self._reject(refusal)
            return None

    async def _reject(self, refusal: Exception) -> None:
        answer = answer_trouble(trouble_of(refusal), new_id())
        self._record.status, self._record.code = answer.status, answer.code
        with trio.move_on_after(LONGEST_ADMISSION):
            await self._greeting.reject(answer)

    async def _identify(self, visit: Visit, socket: Socket) -> Principal | Farewell:
        """Who has not said who they are says it now, before anything else."""
        if visit.principal is not None:
            return visit.principal
        farewell = NO_CREDENTIAL
        with trio.move_on_after(LONGEST_SILENCE):
            try:
                message = await socket.receive()
                return await self._reception.admit_by_message(visit, message)
            except (Problem, Unavailable) as refusal:
                farewell = farewell_of(trouble_of(refusal))
        self._reception.census.came(visit.route.pattern, "refused")
        return farewell

    async def _follow(
        self,
        nursery: trio.Nursery,
        visit: Visit,
        principal: Principal,
        protocol: str | None,
        socket: Socket,
    ) -> Farewell | None:
        census, route = self._reception.census, visit.route
        census.came(route.pattern, "opened")
        self._record.principal = name_of(principal)
        self._tell_known()
        stream = Stream(
            principal, visit.path, visit.knock.query, protocol, self._peer, self.end, socket
        )
        with census.one_open(route.pattern, key_of(principal)):
            nursery.start_soon(self._watch_token, principal)
            return await route.handler(stream)

    async def _watch_token(self, principal: Principal) -> None:
        try:
            await self._reception.wait_until_ended(principal)
        except Unavailable:
            self.end(RESTARTING)
        else:
            self.end(TOKEN_ENDED)

    def _judge(self, ended: "outcome.Outcome[Farewell | None]") -> Farewell:
        """What the handler made of it. A fault of ours is in the log, and ends no other."""
        match ended:
            case outcome.Error(error=Exception() as error):
                trouble = trouble_beside_gone(error)
                if trouble is not None and trouble.is_ours:
                    LOG.error("stream_failed", exc_info=error)
                return DONE if trouble is None else farewell_of(trouble)
            case _:
                return ended.unwrap() or DONE

    async def _close(self, farewell: Farewell, socket: Socket) -> None:
        self._farewell = farewell
        self._record.code = str(farewell.code)
        deadline = trio.current_time() + farewell.seconds
        self._scope.deadline = min(self._scope.deadline, deadline)
        await socket.leave(farewell)
