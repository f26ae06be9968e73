"""Whether the daemon is well, told truthfully: every part is asked, and each within a time."""

from .announcement import announce as announce
from .checks import Checks as Checks
from .lag import LoopLag as LoopLag
from .metrics import MetricSources as MetricSources
from .metrics import metrics_routes as metrics_routes
from .types import Health as Health
from .watchdog import trip_through_api as trip_through_api
from .watchdog import trip_through_store as trip_through_store
from .watchdog import trip_through_streams as trip_through_streams
from .watchdog import watch as watch
