"""Who connects and says nothing keeps nobody out; of streams see tests/streams."""

from pathlib import Path

import trio

from rdvd.ground.serve import ServeLimits

from .http_client import ask, ask_on, connect
from .http_server import A_HANG, app_of, serving, small_routes


async def test_who_says_nothing_makes_room_for_who_asks(tmp_path: Path) -> None:
    limits = ServeLimits(idle=60)
    async with serving(app_of(small_routes()), tmp_path, most=8, limits=limits) as server:
        known = await connect(server.path)
        await ask_on(known, "GET", "/api/things/1")
        silent = [await connect(server.path) for _ in range(9)]
        for half in silent[::2]:
            await half.send_all(b"GET /api/things/1 HTTP/1.1\r\n")

        with trio.fail_after(A_HANG / 2):
            assert (await ask(server.path, "GET", "/api/things/1")).status == 200
            assert await silent[0].receive_some(1) == b""
            assert (await ask_on(known, "GET", "/api/things/1")).status == 200
        for each in (known, *silent):
            await each.aclose()
