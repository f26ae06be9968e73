"""Projects: what a directory holds, found in its files: languages, tools, commands.

    found = (await find_out(store, path)).found      # from memory if it looks as it did

Looking is bounded in files, depth and time, follows no link, and runs nothing of the project's.
"""

from .finder import NoProject as NoProject
from .finder import find_out as find_out
from .migrations import MIGRATIONS as MIGRATIONS
from .site import FindSite as FindSite
from .site import NoDirectory as NoDirectory
from .site import Site as Site
from .types import Language as Language
from .types import Project as Project
from .types import Remembered as Remembered
