"""What one slice writes in the transaction of another: both are kept, or neither is."""

import sqlite3
from collections.abc import Callable
from typing import TypeAlias

Along: TypeAlias = Callable[[sqlite3.Connection], object]


def alone(_db: sqlite3.Connection) -> None:
    """Nothing else is written."""
