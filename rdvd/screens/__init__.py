"""Face: screens rebuilt from bytes."""

from .emulator import Emulator
from .types import Screen

__all__ = ["Emulator", "Screen"]
