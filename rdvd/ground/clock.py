"""The calendar. Durations are Trio's business."""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """Aware, in UTC."""
    return datetime.now(UTC)


def now_ms() -> int:
    """Milliseconds since the epoch: what most of the wire speaks."""
    return time.time_ns() // 1_000_000
