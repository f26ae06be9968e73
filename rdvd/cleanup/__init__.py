"""Upkeep of the database: a look for damage, and out with what nobody can ask for any more."""

from .sweeper import Sweeper as Sweeper
from .types import CleanupSettings as CleanupSettings
