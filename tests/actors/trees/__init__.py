"""Random supervision trees: what they are, how they are played, and what must hold for them.

A failing example prints a program that starts with `from tests.actors.trees import *`.
"""

from actors import Patience as Patience

from .plan import Call as Call
from .plan import CancelOutside as CancelOutside
from .plan import Cast as Cast
from .plan import Crash as Crash
from .plan import CrashErrand as CrashErrand
from .plan import End as End
from .plan import Hire as Hire
from .plan import Hurry as Hurry
from .plan import Look as Look
from .plan import Script as Script
from .plan import Service as Service
from .plan import StartChild as StartChild
from .plan import Step as Step
from .plan import Stop as Stop
from .plan import StopChild as StopChild
from .plan import Team as Team
from .plan import Worker as Worker
from .verdict import Broken as Broken
from .verdict import replay as replay
