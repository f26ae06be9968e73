"""What quart-trio needs mended before a daemon can live on it (reference/web-stack.md, 1.3)."""

import re
from typing import Any, cast

import trio
from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, ASGISendEvent
from quart.asgi import ASGIHTTPConnection
from quart.wrappers import Request as QuartRequest
from quart_trio.asgi import TrioASGIHTTPConnection
from quart_trio.wrappers import TrioWebsocket

from rdvd.ground.exchange import NURSERY
from rdvd.ground.flows import CutShort

ABSOLUTE_FORM = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")


class PatientConnection(TrioASGIHTTPConnection):
    """Hypercorn says "disconnect" after every finished answer. Quart-Trio would then cancel itself,
    and with it Hypercorn's own step that re-arms the idle timer or closes (defect 1)."""

    app: Any  # ours, with `end_flow`

    def __init__(self, app: Any, scope: Any) -> None:
        scope["path"] = origin_form(scope["path"])
        super().__init__(app, scope)
        self._has_answered = False

    async def __call__(self, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        async def note_the_end(event: ASGISendEvent) -> None:
            if event["type"] == "http.response.body" and not event.get("more_body", False):
                self._has_answered = True
            await send(event)

        await super().__call__(receive, note_the_end)

    async def handle_request(
        self, nursery: trio.Nursery, request: QuartRequest, send: ASGISendCallable
    ) -> None:
        cast(dict[str, Any], self.scope)[NURSERY] = nursery
        try:
            await super().handle_request(nursery, request, send)
        except CutShort:  # Hypercorn closes what is not complete, without a word
            nursery.cancel_scope.cancel()
        finally:
            self.app.end_flow()

    async def handle_messages(
        self, nursery: trio.Nursery, request: QuartRequest, receive: ASGIReceiveCallable
    ) -> None:
        await ASGIHTTPConnection.handle_messages(self, request, receive)
        if not self._has_answered:  # a client that left in the middle
            nursery.cancel_scope.cancel()


class YieldingWebsocket(TrioWebsocket):
    """Once the peer is gone Hypercorn drops messages without waiting, and a loop of sends would
    freeze the daemon (defect 3)."""

    async def send(self, data: Any) -> None:
        await trio.lowlevel.checkpoint()
        await super().send(data)


def origin_form(path: str) -> str:
    """Quart falls over a target such as `?` or `http://[`; each becomes a path that may be 404."""
    if path.startswith("/"):
        return path
    rest = ABSOLUTE_FORM.sub("", path)
    return rest if rest.startswith("/") else f"/{rest}"
