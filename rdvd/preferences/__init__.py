"""What somebody likes, for all their sessions or for those in a folder: the nearest word wins.

found = await store.read(preferences.resolve, defaults, user, folder)
found.chosen("shell"), found.environment        # what was said; None and {} if nothing was
found.values["shell"].source                    # default, user, or which folder
"""

from .migrations import MIGRATIONS as MIGRATIONS
from .storage import Luggage as Luggage
from .storage import resolve as resolve
from .types import MOST_VARIABLES as MOST_VARIABLES
from .types import Defaults as Defaults
from .types import Resolved as Resolved
from .types import Source as Source
from .types import check_text as check_text
from .types import check_variable as check_variable
