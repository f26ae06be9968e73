"""What happens to worktrees, put on the event stream: a task for the tree."""

from functools import partial

from rdvd.events import Events, tell

from .names import shortened
from .types import Added, Gone, Locked, Stepped, WorktreeFact

LONGEST_DETAIL = 2_000


def publish(events: Events, fact: WorktreeFact) -> None:
    match fact:
        case Added(tree):
            data = {"path": shortened(tree.path), "branch": shortened(tree.branch or "")}
            events.publish("worktree.created", data, tree.user, session=tree.session)
        case Gone(removed, user):
            data = {"path": shortened(removed.path), "recovery_ref": removed.recovery}
            events.publish("worktree.removed", data, user)
        case Locked(user, path, reason):
            what = "worktree.unlocked" if reason is None else "worktree.locked"
            events.publish(what, {"path": shortened(path), "reason": reason}, user)
        case Stepped(user, path, step, state, detail):
            told = {"path": shortened(path), "step": step, "state": state}
            told["detail"] = detail[:LONGEST_DETAIL]
            events.publish("worktree.progress", told, user)


tell_of_worktrees = partial(tell, publish)
