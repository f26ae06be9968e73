"""Writing hooks on somebody's behalf, with a note of it in the audit log."""

from collections.abc import Callable, Sequence
from typing import Any, cast

import trio

from rdvd import audit
from rdvd.audit import NewEntry
from rdvd.ground.routes import Request
from rdvd.ground.store import Store
from rdvd.identity import Principal, name_of

from .types import Done, Place


async def act_on(
    store: Store, by: Principal, action: str, act: Callable[[Place], Done], places: Sequence[Place]
) -> list[Done]:
    results = list[Done]()
    for place in places:
        result = await trio.to_thread.run_sync(act, place)
        outcome = "accepted" if result.is_well else "failed"
        about = f"{place.agent}: {place.file}"
        entry = NewEntry(action, outcome, by.user, by.token, name_of(by), None, about)
        await store.write(audit.append, entry)
        results.append(result)
    return results


def asker(request: Request[Any]) -> Principal:
    return cast(Principal, request.principal)
