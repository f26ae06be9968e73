"""What can be configured about the trash."""

from pathlib import Path

from attrs import frozen


@frozen
class TrashSettings:
    """`directory` is private to us. Nothing that is bigger than `max_bytes` together is taken."""

    directory: Path
    max_bytes: int
    retention_days: float
