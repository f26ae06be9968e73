"""Hooks: agents call `rdv hook WORD` when something happens to them, and we hear it.

Their entries stand among the user's own in the settings of each agent; what is not ours is never
touched, and what was put in can be taken out without a trace. What they report comes in at one
route, as facts on the event stream, and the id of the agent's conversation is kept from it.
"""

from .files import Hand as Hand
