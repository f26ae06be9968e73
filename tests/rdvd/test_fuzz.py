"""Ten thousand requests that nobody would send: no fault of ours, no hang, nothing left behind.

On a machine that has other work too it is as many as fit into the time.
"""

import json
import os
from pathlib import Path
from random import Random

import trio

from .daemons import A_WHILE, Daemon, living, unlimited
from .fuzz import Fuzz
from .gunner import Gunner

REQUESTS = int(os.environ.get("RDV_FUZZ_REQUESTS", "10000"))
SECONDS = float(os.environ.get("RDV_FUZZ_SECONDS", "14"))
FEWEST = 1_500
EVERYWHERE = {200, 201, 400, 401, 403, 404, 405, 409, 415}
A_BUSY_MACHINE = 60.0  # is given time until that many were shot, and came everywhere
WARM_UP = 3  # the first third, in which every buffer, cache and table gets its size
MEBIBYTE = 2**20
SEED = int(os.environ.get("RDV_FUZZ_SEED", "0")) or Random().randrange(1, 2**32)


def resident(daemon: Daemon) -> int:
    pages = Path(f"/proc/{daemon.process.pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def descriptors(daemon: Daemon) -> int:
    return len(list(Path(f"/proc/{daemon.process.pid}/fd").iterdir()))


async def test_no_request_makes_it_fail_hang_or_grow(tmp_path: Path):
    async with living(unlimited(tmp_path / "home"), anew=True) as daemon:
        document = (await daemon.ask("GET", "/openapi.json")).json
        fuzz = Fuzz(document, Random(SEED))
        gunner = Gunner(daemon.socket, lambda: request_of(fuzz, gunner))
        began = trio.current_time()
        await gunner.fire(REQUESTS // WARM_UP, began + SECONDS / WARM_UP)
        memory, open_before = resident(daemon), descriptors(daemon)
        await gunner.fire(REQUESTS, began + SECONDS)
        with trio.fail_after(A_BUSY_MACHINE):
            while not has_been_everywhere(gunner):
                await gunner.fire(10 * REQUESTS, trio.current_time() + 1)
        grown = resident(daemon) - memory
        with trio.fail_after(A_WHILE):
            while descriptors(daemon) > open_before:
                await daemon.ask("GET", "/health/live")
        health = (await daemon.ask("GET", "/health")).json
        verdict = (await daemon.ask("GET", "/api/audit/verify")).json
        assert await daemon.stop() == 0

    seen = f"seed {SEED}: {gunner.statuses}, grown by {grown / MEBIBYTE:.1f} MiB"
    assert has_been_everywhere(gunner), seen
    assert grown < 8 * MEBIBYTE, seen
    assert health["status"] == "healthy", seen
    assert all(node["restarts"] == 0 for node in health["tree"]["children"]), seen
    assert verdict["fault"] is None, seen


def has_been_everywhere(gunner: Gunner) -> bool:
    enough = gunner.statuses.total() >= min(FEWEST, REQUESTS)
    return enough and gunner.statuses.keys() >= EVERYWHERE


def request_of(fuzz: Fuzz, gunner: Gunner) -> bytes:
    """The next one; what was made meanwhile can be asked for from now on."""
    while gunner.answers:
        made = json.loads(gunner.answers.pop())
        if "about" in made:
            fuzz.known = [*fuzz.known[-20:], made["about"]["id"]]
    return fuzz.request()
