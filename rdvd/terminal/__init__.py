"""A session on somebody's screen: tmux draws it for each viewer, who takes it at its own pace.

Nobody is ever slowed down by somebody else: each viewer has a tmux client of its own in a
pseudo-terminal, which is read only when the viewer has taken what was read before.
The protocol is in docs/terminal.md.
"""

from .service import Terminals as Terminals
from .stages import Stages as Stages
