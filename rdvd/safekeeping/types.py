"""What may be asked of the safekeeping, and what it answers."""

from typing import Annotated

import msgspec
from attrs import frozen


@frozen
class BackupOrder:
    """`file`: where the copy is to be, as an absolute path. Nothing is ever overwritten."""

    file: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]


@frozen
class BackedUp:
    file: str
    bytes: int
