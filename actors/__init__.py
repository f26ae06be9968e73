"""Supervised actors on Trio: OTP's ideas, structured concurrency's manners.

The guarantees, each with the test that proves it, are in README.md beside this file.
"""

from actors.actor import Actor as Actor
from actors.actor import ActorChild as ActorChild
from actors.actor import actor as actor
from actors.child import Child as Child
from actors.errors import CallCycle as CallCycle
from actors.errors import GaveUp as GaveUp
from actors.errors import Lagged as Lagged
from actors.errors import Refused as Refused
from actors.errors import Unavailable as Unavailable
from actors.policy import Patience as Patience
from actors.policy import Restart as Restart
from actors.policy import Strategy as Strategy
from actors.ref import Ref as Ref
from actors.root import run as run
from actors.snapshot import Node as Node
from actors.supervisor import Supervisor as Supervisor
from actors.task import Serving as Serving
from actors.task import task as task
from actors.timing import every as every
from actors.topic import Topic as Topic
