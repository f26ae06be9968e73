"""WebSockets on terminal.sock: who is let in, one frame after the other, and a goodbye to all.

A slice above offers a `StreamRoute`, and `main.py` hands all of them to `serve_streams`:

    StreamRoute("/ws/terminal/<session_id>", watch, ensure, protocols=("rdv.v1",),
                admits="also by first message", largest_message=1024 * 1024)

`ensure(principal, path)` decides whether this principal may open this one: it returns, or raises
a `Problem`. Before it is asked, the origin, the credential and the rate have been looked at.

`handler(stream)` is one client's whole visit. It has `stream.principal`, `.path` (here:
`["session_id"]`), `.query`, `.protocol` (the one agreed to, or None) and `.peer`, and it may

* `await stream.receive()`: text or bytes; `Gone` once the client has left and all that it sent
  was received. Some task must always be receiving, for nothing else tells that it has left.
  What is not received is not read either: a handler that waits slows the client down.
* `await stream.send(text or bytes)`: from any task, whole, in the order of the calls. It returns
  when the kernel has taken all of it, so a handler that only reads its source after that needs no
  further buffer. `stream.hold_at_most(size)`: the kernel takes less from then on.
* return, with a `Farewell(code, reason)` or None for 1000; or let a `Problem` pass, which becomes
  the close code of the same meaning (401, 403, 404, 409, 429: 4401, 4403, ...). `Gone` may pass.
  Any other exception is a fault of ours: it is logged, and the client sees 1011.
* be ended: by `stream.end(farewell)` from any task, by the end of a token that the principal
  stands on (4401, within a second), by the daemon's end (1001). The handler is then cancelled,
  wherever it is; what it is sending is finished first, or the client cut off, so that no close
  frame ever falls into the middle of another one. It opens nurseries and cleans up as usual.

Close codes that a slice uses for itself are `Farewell` constants in its own types.

`admits`: a credential comes in the headers of the upgrade, as a ticket (in the query, or as an
offered subprotocol `rdv.ticket.<ticket>`), or is the kernel's word; a refusal is then an ordinary
HTTP answer. With "also by first message" a client may announce instead (subprotocol `rdv.auth`, or
`?auth=message`) that it tells who it is in its first message, `{"type": "auth", "token": "..."}`;
the kernel's word does not count for it, a refusal is a close code, and `ensure` is asked
afterwards. The handler sees no difference.
"""

from .census import Census as Census
from .entrance import Entrance as Entrance
from .server import serve_streams as serve_streams
from .stream import Stream as Stream
from .stream import StreamRoute as StreamRoute
from .types import DONE as DONE
from .types import FAILED as FAILED
from .types import GOING_AWAY as GOING_AWAY
from .types import NO_CREDENTIAL as NO_CREDENTIAL
from .types import RESTARTING as RESTARTING
from .types import TOKEN_ENDED as TOKEN_ENDED
from .types import Farewell as Farewell
from .types import Gone as Gone
