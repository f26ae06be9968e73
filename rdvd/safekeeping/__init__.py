"""A copy of the database in a file, made while the daemon runs."""

from .types import BackedUp as BackedUp
from .types import BackupOrder as BackupOrder
