"""What happens to worktrees, put on the event stream: a task for the tree."""

from contextlib import suppress
from typing import Any

import trio

from actors import Lagged, Topic
from rdvd.events import Events

from .names import shortened
from .types import Added, Gone, Stepped, WorktreeFact

BUFFER = 1_024
LONGEST_DETAIL = 2_000


async def tell_of_worktrees(
    events: Events,
    facts: Topic[WorktreeFact],
    *,
    stopping: trio.Event,
    task_status: trio.TaskStatus[Any] = trio.TASK_STATUS_IGNORED,  # Any: nobody waits for it
) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_tell, events, facts, task_status)
        await stopping.wait()
        nursery.cancel_scope.cancel()


async def _tell(
    events: Events, facts: Topic[WorktreeFact], task_status: trio.TaskStatus[Any]
) -> None:
    is_first = True
    while True:
        with facts.subscribe(BUFFER) as news, suppress(Lagged):
            if is_first:
                task_status.started()
                is_first = False
            async for fact in news:
                publish(events, fact)
        events.publish("facts.missed", {"topic": facts.name}, None)


def publish(events: Events, fact: WorktreeFact) -> None:
    match fact:
        case Added(tree):
            data = {"path": shortened(tree.path), "branch": shortened(tree.branch or "")}
            events.publish("worktree.created", data, tree.user, session=tree.session)
        case Gone(removed, user):
            data = {"path": shortened(removed.path), "recovery_ref": removed.recovery}
            events.publish("worktree.removed", data, user)
        case Stepped(user, path, step, state, detail):
            told = {"path": shortened(path), "step": step, "state": state}
            told["detail"] = detail[:LONGEST_DETAIL]
            events.publish("worktree.progress", told, user)
