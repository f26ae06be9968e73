"""What was done, by whom, and how it ended: append-only, each entry chained to the one before.

It holds ids of tokens, never tokens, and nothing that could speak to a terminal.
"""

from .chain import EMPTY as EMPTY
from .chain import Checked as Checked
from .chain import entry_by as entry_by
from .chain import entry_of as entry_of
from .keeper import Keeper as Keeper
from .migrations import MIGRATIONS as MIGRATIONS
from .noted import note_beside as note_beside
from .storage import append as append
from .storage import check_page as check_page
from .storage import finish_check as finish_check
from .storage import head as head
from .storage import page as page
from .storage import verify as verify
from .types import Entry as Entry
from .types import Fault as Fault
from .types import Head as Head
from .types import NewEntry as NewEntry
from .types import Outcome as Outcome
from .types import Page as Page
from .types import Query as Query
from .types import Verdict as Verdict
