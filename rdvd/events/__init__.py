"""Every published fact, to whoever may see it: numbered, replayed after a break, never waited for.

The protocol is in docs/events.md.
"""

from .catalogue import FACTS as FACTS
from .catalogue import NOTICES as NOTICES
from .feed import Events as Events
from .relay import relay as relay
from .telling import tell as tell
from .types import Event as Event
