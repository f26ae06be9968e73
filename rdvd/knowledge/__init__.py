"""Knowledge: what is remembered for a folder's project, ranked when it is searched.

Whose a folder is, and where its project lies, `main.py` hands in as a `FindSite`. Of items there
are conventions, patterns, skills and tools; forgetting all of them leaves a file in the trash.
"""

from .luggage import KnowledgeLuggage as KnowledgeLuggage
from .migrations import MIGRATIONS as MIGRATIONS
from .storage import items as items
from .types import Item as Item
from .types import Kind as Kind
