"""Versions of things that several people edit: ETag, If-Match, If-None-Match (RFC 9110, 13)."""

from hashlib import blake2b

from rdvd.ground.errors import PreconditionFailed
from rdvd.ground.json import encode


def etag_of(value: object) -> str:
    """A strong ETag of what a client would be shown."""
    return f'"{blake2b(encode(value), digest_size=12).hexdigest()}"'


def is_named(header: str, etag: str, *, weakly: bool) -> bool:
    """Whether a list of ETags, or `*`, covers this one."""
    named = [one.strip() for one in header.split(",")]
    if weakly:
        named = [one.removeprefix("W/") for one in named]
    return "*" in named or etag in named


def check_if_match(header: str | None, etag: str) -> None:
    """To be asked right before the change. No header: the client takes the risk."""
    if header is not None and not is_named(header, etag, weakly=False):
        raise PreconditionFailed("somebody changed it since you looked", etag=etag)
