"""Folders: where sessions are put, in a tree for each user.

    await store.read(folders.find, word, user)          # by id, name, or names from the top
    await store.read(folders.chain, id)                 # with all that it is in, outermost first
    folders.ensure(db, id, user)                        # or `UnknownFolder`, in one's transaction
    remover = Remover(store, trash, contents)           # made in main.py
    remover.luggage["notes"] = ...                      # what hangs on folders goes along with them

A row that refers to a folder has a foreign key to `folders (id)`. Whoever has such rows either lets
them go with the folder (`ON DELETE CASCADE`, and is `Luggage`, to come back with it), or holds it.
"""

from .migrations import MIGRATIONS as MIGRATIONS
from .remover import Contents as Contents
from .remover import Luggage as Luggage
from .remover import Remover as Remover
from .storage import chain as chain
from .storage import ensure as ensure
from .storage import exists as exists
from .storage import find as find
from .storage import inside as inside
from .storage import of as of
from .types import Folder as Folder
from .types import FolderBrief as FolderBrief
from .types import FolderId as FolderId
from .types import Inside as Inside
from .types import NoFolder as NoFolder
from .types import Survivor as Survivor
from .types import UnknownFolder as UnknownFolder
from .types import trail as trail
