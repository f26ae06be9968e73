"""The byte log: every byte a pane ever printed, written by the recorder, read by anybody.

`ByteLog(directory of the session)` reads: synchronous, for worker threads. `Recording` is the
daemon's side of the recorder process (`rdvd.recorder`): it keeps that process alive, tells it what
to record, and publishes what has grown. The format is described in docs/byte-log.md.

How a session uses it:

    directory with the FIFO `pane` (0600) -> await recording.add(id)
    pipe-pane -O -t %pane `pipe_command(directory)` -> let the program go
    ... at its end, once tmux says pane_dead=1: await recording.drain(id); the last screen;
    pipe-pane -t %pane (off) -> await recording.remove(id): all is on file, the log is sealed.
    recording.unpiped says that `cat` is gone: await recording.mark_gap(id), then pipe-pane again.
"""

from rdvd.recorder import FIFO as FIFO
from rdvd.recorder import PIPE_PID as PIPE_PID

from .errors import LogProblem as LogProblem
from .errors import RecorderProblem as RecorderProblem
from .piping import is_piped as is_piped
from .piping import pipe_command as pipe_command
from .reader import ByteLog as ByteLog
from .recording import Recording as Recording
from .types import HANDSHAKE as HANDSHAKE
from .types import Block as Block
from .types import Fault as Fault
from .types import Gap as Gap
from .types import Grew as Grew
from .types import Match as Match
from .types import Piece as Piece
from .types import RecorderFacts as RecorderFacts
from .types import RecordingSettings as RecordingSettings
from .types import Unpiped as Unpiped
