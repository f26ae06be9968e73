"""Context: a folder with all that is known around it, in one answer of bounded size.

`Sites.find` tells other slices whose a folder is and where its project lies.
"""

from .gathering import Desk as Desk
from .sites import Sites as Sites
