"""How often somebody may ask: counted in bounded memory, refused with the time to come back."""

from .door import Door as Door
from .guard import Guard as Guard
from .guard import category_of as category_of
from .keys import key_of as key_of
from .types import Category as Category
from .types import LimitSettings as LimitSettings
from .types import Rate as Rate
from .types import TooOften as TooOften
