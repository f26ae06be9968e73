"""Whether the daemon is well, told truthfully: every part is asked, and each within a time."""

from .announcement import announce as announce
from .checks import Checks as Checks
from .types import Health as Health
