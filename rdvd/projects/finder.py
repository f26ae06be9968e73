"""Finding out about a project: from memory if it looks as it did, else by looking, in a thread."""

from pathlib import Path

import trio

from rdvd.ground.clock import now_ms
from rdvd.ground.errors import Conflict
from rdvd.ground.store import Store

from .detect import detect
from .looking import look, outline
from .storage import remember, remembered
from .types import Remembered

OLDEST = 24 * 3600 * 1000  # deep inside much may change without the outline
AT_ONCE = trio.CapacityLimiter(2)  # looks at a disk; more would only be slower


class NoProject(Conflict):
    """There is no directory to look at."""

    code = "NO_PROJECT"


async def find_out(store: Store, path: Path, *, anew: bool = False) -> Remembered:
    """What is known of the project at this path; `anew` looks whatever is remembered."""
    try:
        drawn = await trio.to_thread.run_sync(outline, path, limiter=AT_ONCE)
        known = None if anew else await store.read(remembered, str(path))
        if known is not None and known.outline == drawn and now_ms() - known.at < OLDEST:
            return known
        seen = await trio.to_thread.run_sync(look, path, limiter=AT_ONCE)
    except OSError as error:
        raise NoProject(f"{path} cannot be looked at: {error.strerror}") from error
    found = Remembered(drawn, detect(seen), now_ms())
    await store.write(remember, str(path), found)
    return found
