"""Names for things: UUIDs that sort by the time they were given."""

import secrets
from uuid import UUID

from rdvd.ground.clock import now_ms


def new_id() -> str:
    """A UUID of version 7 (RFC 9562): 48 bits of milliseconds, then chance."""
    random = secrets.randbits(74)
    value = now_ms() << 80 | 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62 | random & (1 << 62) - 1
    return str(UUID(int=value))
