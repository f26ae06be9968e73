"""What can be configured about tokens."""

from pathlib import Path

from attrs import frozen

from .types import TokenKind


@frozen
class AuthSettings:
    """Places of the two secret files, and how long things last."""

    pepper_file: Path  # beside the database, and of no use without it; nor the other way round
    service_token_file: Path
    owner_name: str = "owner"
    rotation_days: float = 30
    overlap_seconds: int = 600  # both service tokens are good for so long
    ticket_seconds: float = 30
    flush_seconds: float = 30  # `last_used` may be so late in the database
    most_tokens: int = 1_000  # per user and kind
    kinds_inside_sessions: frozenset[TokenKind] = frozenset({"api", "ses", "wrk", "tkt"})
