"""Sessions: one supervised actor for each, and a registry that knows them all.

    front = Front(shop, sessions.ref)       # made in main.py; everybody else holds this
    session = await front.create(Order(user, "build", directory="/src"))
    target = front.attach_target(session.id)    # socket, name of the tmux session, state
    with shop.facts.subscribe() as facts: ...        # Created, Updated, Ended, Restarted, Left ...

`front.get`, `find` and `of` read memory and never wait. `(await front.actor(id)).call(
SessionActor.paste, ...)` acts on one session, in turn with all that happens to it. `roster.panes`
and `dyed` are what `identity.Homes` asks who lives where. What a session prints is in its byte log,
under `settings.directory / id`, together with its last screen (`screen`) and how it ended (`exit`).
"""

from .actor import SessionActor as SessionActor
from .census import Census as Census
from .dye import wash_off as wash_off
from .filing import Filing as Filing
from .front import Front as Front
from .front import Target as Target
from .lodging import Lodging as Lodging
from .migrations import MIGRATIONS as MIGRATIONS
from .news import tell_of_sessions as tell_of_sessions
from .registry import Rooms as Rooms
from .registry import Sessions as Sessions
from .remains import Remains as Remains
from .roster import Roster as Roster
from .settings import SessionSettings as SessionSettings
from .shop import Shop as Shop
from .stream import Silence as Silence
from .stream import Stream as Stream
from .stream import following as following
from .transitions import SessionBusy as SessionBusy
from .transitions import SessionGone as SessionGone
from .transitions import SessionOver as SessionOver
from .types import FEWEST_COLUMNS as FEWEST_COLUMNS
from .types import FEWEST_ROWS as FEWEST_ROWS
from .types import LIVING as LIVING
from .types import STATUSES as STATUSES
from .types import Active as Active
from .types import Closed as Closed
from .types import Created as Created
from .types import Ended as Ended
from .types import Exit as Exit
from .types import Exited as Exited
from .types import Left as Left
from .types import Lost as Lost
from .types import Order as Order
from .types import Pane as Pane
from .types import Program as Program
from .types import Restarted as Restarted
from .types import Session as Session
from .types import SessionFact as SessionFact
from .types import Size as Size
from .types import Starting as Starting
from .types import State as State
from .types import Status as Status
from .types import Survivor as Survivor
from .types import Suspended as Suspended
from .types import Trashed as Trashed
from .types import Updated as Updated
from .types import Vanished as Vanished
from .types import exit_of as exit_of
from .types import pane_of as pane_of
from .types import status_of as status_of
