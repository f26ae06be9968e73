"""Every type of event there is; slices above add theirs here, and to docs/events.md. Pure."""

from collections.abc import Mapping

from attrs import frozen


@frozen
class Kind:
    """What an event says, and the members of its data."""

    meaning: str
    members: tuple[str, ...]


# What the stream says of itself, to one client.
NOTICES: Mapping[str, Kind] = {
    "hello": Kind(
        "The connection is open; subscribe now.", ("stream", "oldest", "heartbeat_seconds")
    ),
    "snapshot": Kind("How things are now; live facts follow.", ("gap", "state")),
    "resumed": Kind("No gap: what was missed follows, then live facts.", ("missed",)),
    "heartbeat": Kind("The stream lives; nothing up to `seq` is still to come.", ()),
    "error": Kind("A message made no sense.", ("detail", "left")),
}

FACTS: Mapping[str, Kind] = {
    "token.ended": Kind("A token is no longer good.", ("token", "reason")),
    "actor.started": Kind("A place of the actor tree is up.", ("place",)),
    "actor.stopped": Kind("A place of the actor tree has ended.", ("place",)),
    "actor.crashed": Kind("A place of the actor tree fell.", ("place", "error")),
    "actor.restarting": Kind("It comes back after the delay.", ("place", "delay")),
    "actor.gave_up": Kind("A supervisor's patience is at its end.", ("place", "error")),
    "session.created": Kind("A session has begun.", ("session",)),
    "session.updated": Kind("Something about it is different.", ("session",)),
    "session.ended": Kind("Its command has ended, or its terminal is gone.", ("session",)),
    "session.restarted": Kind("It has begun anew.", ("session",)),
    "session.closed": Kind("It was closed: nothing of it runs any more.", ("session",)),
    "session.vanished": Kind("It could not be begun, and nothing is left of it.", ("session",)),
    "agent.reported": Kind(
        "An agent in a session says what happens to it.",
        ("session", "agent", "report", "conversation", "reason"),
    ),
    "folder.created": Kind("There is a new folder.", ("folder",)),
    "folder.updated": Kind("Something about it is different.", ("folder",)),
    "folder.removed": Kind("It was moved to the trash.", ("folder",)),
    "folder.reordered": Kind("Your folders are in another order.", ()),
    "preferences.changed": Kind("Of the user, or of this folder.", ("folder",)),
    "trash.added": Kind("Something was moved to the trash.", ("entry",)),
    "trash.restored": Kind("It is out of the trash again.", ("entry",)),
    "trash.removed": Kind("It has left the trash: it is back, or gone for good.", ("entry",)),
    "worktree.created": Kind("A worktree is there.", ("path", "branch")),
    "worktree.removed": Kind("It is gone; what it alone held is kept.", ("path", "recovery_ref")),
    "worktree.progress": Kind(
        "A step of something slow has begun or ended.", ("path", "step", "state", "detail")
    ),
    "facts.missed": Kind("Facts of this topic were lost: look at the state.", ("topic",)),
}
