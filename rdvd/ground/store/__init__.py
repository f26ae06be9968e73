"""The store: the daemon's database behind one writer thread and two readers.

    async with open_store(path, MIGRATIONS) as store:
        await store.write(insert, 1, "one")    # returns after COMMIT, on the disk
        rows = await store.read(list_all)      # from one unchanging view

Those functions take a connection first, and the SQL is theirs. What a database file is, without
a loop or a thread, is `rdvd.ground.database`.
"""

from rdvd.ground.database import BrokenDatabase as BrokenDatabase
from rdvd.ground.database import ForeignDatabase as ForeignDatabase
from rdvd.ground.database import NewerDatabase as NewerDatabase

from .along import Along as Along
from .along import alone as alone
from .facts import Latency as Latency
from .facts import StoreFacts as StoreFacts
from .migrations import digest_of as digest_of
from .store import Store as Store
from .store import open_store as open_store
