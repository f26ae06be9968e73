"""tmux, through one control-mode connection for each private server `run/tmux-<n>.sock`.

    tmux = Tmux(settings, os.environ)         # `task("tmux", tmux.serve)` stands in the tree
    server = await tmux.server_with_room()    # started if needed, outside of our control group
    await tmux.run(server, "rename-window", "-t", "@3", literal(name))
    with tmux.changes.subscribe() as changes: ...   # hints: look again

Any task may call at any time: commands are pipelined, and each caller gets its own answer, a
refusal (`TmuxRefused`, tmux's own words; `TargetGone` if the target is not there) or
`TmuxUnavailable`, at once if there is no server and after a few seconds if it stands still. A
caller that leaves before its command was sent takes it back. Targets are ids (`%1`, `$1`) or
`exactly(name)`. Every server is configured before anybody is let in; our own hidden session in
each keeps the connection, and `list_panes` leaves it out.
"""

from .environment import cleaned as cleaned
from .gateway import Tmux as Tmux
from .greeting import HIDDEN as HIDDEN
from .greeting import Abilities as Abilities
from .paste import paste_text as paste_text
from .quoting import Argument as Argument
from .quoting import Command as Command
from .quoting import literal as literal
from .quoting import literal_for_clock as literal_for_clock
from .sessions import capture as capture
from .sessions import exactly as exactly
from .sessions import kill_seen as kill_seen
from .sessions import kill_session as kill_session
from .sessions import list_panes as list_panes
from .sessions import new_session as new_session
from .sessions import pipe_pane as pipe_pane
from .sessions import piping as piping
from .sessions import resize_window as resize_window
from .sessions import respawn as respawn
from .sessions import send_bytes as send_bytes
from .sessions import send_keys as send_keys
from .settings import TmuxSettings as TmuxSettings
from .types import Changed as Changed
from .types import Condition as Condition
from .types import Created as Created
from .types import Lines as Lines
from .types import NewSession as NewSession
from .types import Pane as Pane
from .types import ServerBack as ServerBack
from .types import ServerFacts as ServerFacts
from .types import ServerGone as ServerGone
from .types import Size as Size
from .types import TargetGone as TargetGone
from .types import TmuxChange as TmuxChange
from .types import TmuxFacts as TmuxFacts
from .types import TmuxMisunderstood as TmuxMisunderstood
from .types import TmuxRefused as TmuxRefused
from .types import TmuxUnavailable as TmuxUnavailable
