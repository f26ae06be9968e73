"""What the daemon says of itself."""

from typing import Any, Literal

from attrs import frozen


@frozen
class Components:
    """Which of the things the daemon stands on answered."""

    database: bool
    tmux: bool


@frozen
class Metrics:
    """How much is going on."""

    active_sessions: int
    websocket_connections: int
    pending_requests: int


@frozen
class Health:
    """`reasons` says why it is degraded. `tree` is for the owner only."""

    status: Literal["healthy", "degraded"]
    version: str
    uptime_seconds: int
    components: Components
    metrics: Metrics
    reasons: tuple[str, ...]
    tree: Any | None = None  # Any: a node of the tree as JSON, which contains itself


@frozen
class Alive:
    """The event loop turns."""

    alive: bool = True


@frozen
class Ready:
    """The database answers, so requests will be."""

    ready: bool = True
