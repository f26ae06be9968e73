"""Screens, recordings and text, rebuilt from the byte log. Everything is synchronous and pure, for
worker threads, but what is awaited and `Keyframes`, the task that keeps keyframes up with the logs.

    log = ByteLog(directory)
    sizes = read_sizes(log.directory)
    screen_at(log, sizes, log.directory, offset)             # the screen at any moment
    render_lines(log, sizes, log.directory, 2_000, "ansi")   # scrollback
    export(log, sizes, log.directory, redactor, CastOptions(version=3))   # an asciicast
    find([(session, log), ...], Query("needle"), redactor)   # search
    await search(Search(...)); async with record(Record(...)) as pieces   # by processes
    append_size(log.directory, Size(offset, at, columns, rows))   # sessions, on every resize
    task("keyframes", Keyframes(recording.grew, directory_of).keep)   # in the tree
"""

from .cast import CastOptions as CastOptions
from .cast import export as export
from .cast import repaint as repaint
from .diggers import record as record
from .diggers import search as search
from .emulator import Emulator as Emulator
from .find import Hit as Hit
from .find import Query as Query
from .find import find as find
from .frames import Frame as Frame
from .frames import add_frame as add_frame
from .frames import last_frame as last_frame
from .freezing import BadFrame as BadFrame
from .freezing import freeze as freeze
from .freezing import thaw as thaw
from .orders import CutOff as CutOff
from .orders import Record as Record
from .orders import Search as Search
from .rendering import screen_of as screen_of
from .replay import build_frames as build_frames
from .replay import screen_at as screen_at
from .scrollback import Scrollback as Scrollback
from .scrollback import render_lines as render_lines
from .secrets import Redactor as Redactor
from .sizes import Sizes as Sizes
from .sizes import append_size as append_size
from .sizes import read_sizes as read_sizes
from .types import Screen as Screen
from .types import Size as Size
from .worker import Keyframes as Keyframes
