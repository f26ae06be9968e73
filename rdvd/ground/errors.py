"""The expected "no", each kind with the status that an HTTP client sees."""

import errno
from typing import ClassVar

from actors import Refused


class Problem(Refused):
    """A refusal that a client may see. The detail is written for the person who reads it.

    `code` is a constant for programs; a class may set its own, or an instance may.
    """

    status: ClassVar[int] = 400
    title: ClassVar[str] = "Bad request"
    code: str = "BAD_REQUEST"

    def __init__(self, detail: str, *, code: str | None = None, **facts: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.facts = facts  # further members of the answer, such as what would be lost
        if code is not None:
            self.code = code


class BadInput(Problem):
    """The request is wrong in itself; asking again will not help."""


class Unauthenticated(Problem):
    """Nobody knows who is asking."""

    status = 401
    title = "Not authenticated"
    code = "UNAUTHENTICATED"


class Forbidden(Problem):
    """It is known who is asking, and they may not."""

    status = 403
    title = "Forbidden"
    code = "FORBIDDEN"


class NotFound(Problem):
    """There is no such thing, or none that the asker may know of."""

    status = 404
    title = "Not found"
    code = "NOT_FOUND"


class Conflict(Problem):
    """The thing is in a state that does not allow it."""

    status = 409
    title = "Conflict"
    code = "CONFLICT"


class PreconditionFailed(Problem):
    """Somebody else changed the thing since the asker looked at it."""

    status = 412
    title = "Precondition failed"
    code = "PRECONDITION_FAILED"


class TooLarge(Problem):
    """More than we take."""

    status = 413
    title = "Too large"
    code = "TOO_LARGE"


class UnsupportedMedia(Problem):
    """A body of a kind that we do not read."""

    status = 415
    title = "Unsupported media type"
    code = "UNSUPPORTED_MEDIA_TYPE"


class Limited(Problem):
    """Too often; `retry_after` seconds later it may be tried again."""

    status = 429
    title = "Too many requests"
    code = "RATE_LIMITED"

    def __init__(self, detail: str, *, retry_after: float) -> None:
        super().__init__(detail)
        self.retry_after = retry_after
        self.headers: dict[str, str] = {}  # further ones of the answer, such as what is left


FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})  # the disk, a quota, a limit on files


class StorageFull(Problem):
    """The disk has no room; nothing was written, and reading goes on."""

    status = 507
    title = "Insufficient storage"
    code = "STORAGE_FULL"


def is_full(error: OSError) -> bool:
    """Whether this is what a disk without room says."""
    return error.errno in FULL
