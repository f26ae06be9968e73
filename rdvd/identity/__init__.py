"""Who somebody is, and how we know: the kernel's word first, tokens second.

No token is ever kept, only its keyed digest; none is in any repr, log, error or event. What may
be done is answered in one place, `may`, and the answer to what nobody thought of is no.
"""

from .actor import Auth as Auth
from .actor import Minted as Minted
from .actor import MintedTicket as MintedTicket
from .asking import principal_of as principal_of
from .authority import Action as Action
from .authority import Thing as Thing
from .authority import ensure as ensure
from .authority import may as may
from .migrations import MIGRATIONS as MIGRATIONS
from .peers import ForeignPeer as ForeignPeer
from .peers import Homes as Homes
from .peers import look_at as look_at
from .peers import refuse_foreigner as refuse_foreigner
from .recording import Record as Record
from .secret_files import UnsafeFile as UnsafeFile
from .settings import AuthSettings as AuthSettings
from .streams import wait_until_ended as wait_until_ended
from .tables import purge_tokens as purge_tokens
from .tally import Tally as Tally
from .tokens import MalformedToken as MalformedToken
from .tokens import Secret as Secret
from .tokens import redact as redact
from .types import OURSELVES as OURSELVES
from .types import AuthEvent as AuthEvent
from .types import Caller as Caller
from .types import Inside as Inside
from .types import NewToken as NewToken
from .types import Outside as Outside
from .types import Owner as Owner
from .types import Principal as Principal
from .types import Service as Service
from .types import Session as Session
from .types import SessionId as SessionId
from .types import Ticket as Ticket
from .types import TicketAction as TicketAction
from .types import Token as Token
from .types import TokenId as TokenId
from .types import TokenKind as TokenKind
from .types import TokenRevoked as TokenRevoked
from .types import TokenUser as TokenUser
from .types import Unknown as Unknown
from .types import User as User
from .types import UserId as UserId
from .types import Worker as Worker
from .types import WorkerId as WorkerId
from .types import name_of as name_of
from .types import tokens_behind as tokens_behind
