"""Writing hooks on somebody's behalf, with a note of it in the audit log."""

from collections.abc import Callable, Sequence

import trio

from rdvd import audit
from rdvd.ground.store import Store
from rdvd.identity import Principal

from .types import Done, Place


async def act_on(
    store: Store, by: Principal, action: str, act: Callable[[Place], Done], places: Sequence[Place]
) -> list[Done]:
    results = list[Done]()
    for place in places:
        result = await trio.to_thread.run_sync(act, place)
        outcome = "accepted" if result.is_well else "failed"
        about = f"{place.agent}: {place.file}"
        entry = audit.entry_by(by, action, None, about, outcome)
        await store.write(audit.append, entry)
        results.append(result)
    return results
