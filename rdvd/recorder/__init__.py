"""The recorder: one small process that writes down what every pane prints, and outlives the daemon.

This face is the format on the disk and the words of the control socket, for who reads the one and
speaks the other; the process itself is `program`, and runs without any package but Python's own.
"""

from .lines import MalformedLine as MalformedLine
from .lines import split_lines as split_lines
from .lines import write_line as write_line
from .records import RECORD_SIZE as RECORD_SIZE
from .records import MalformedRecord as MalformedRecord
from .records import index_of as index_of
from .records import pack as pack
from .records import segment_name as segment_name
from .records import start_of as start_of
from .records import unpack as unpack
from .records import whole_records as whole_records
from .types import FIFO as FIFO
from .types import GAPS as GAPS
from .types import LOG as LOG
from .types import MARKER as MARKER
from .types import PIPE_PID as PIPE_PID
from .types import PROTOCOL as PROTOCOL
from .types import REMOVED as REMOVED
from .types import TAKEN as TAKEN
from .types import Kind as Kind
from .types import Limits as Limits
from .types import Record as Record
