"""The file of the database: whose it is, how it is connected to and copied, and what SQLite means
by what it says. Synchronous and quick to import, for the store's threads and for the command line.
"""

from .connections import Synchronous as Synchronous
from .connections import connect_copier as connect_copier
from .connections import connect_reader as connect_reader
from .connections import connect_writer as connect_writer
from .connections import naming_the_file as naming_the_file
from .connections import opening as opening
from .connections import require_ours as require_ours
from .copies import appearing as appearing
from .copies import copy_database as copy_database
from .problems import BrokenDatabase as BrokenDatabase
from .problems import ForeignDatabase as ForeignDatabase
from .problems import NewerDatabase as NewerDatabase
from .problems import is_corruption as is_corruption
from .problems import is_storage_full as is_storage_full
from .problems import refusal_of as refusal_of
