"""The expected "no" of byte logs."""

from typing import ClassVar

from rdvd.ground.errors import Problem


class LogProblem(Problem):
    """What was asked of a log is not there."""

    status: ClassVar[int] = 416
    title: ClassVar[str] = "Not in the log"
    code: str = "NOT_IN_LOG"


class RecorderProblem(Problem):
    """The recorder cannot do it, or there is none at the moment."""

    status: ClassVar[int] = 503
    title: ClassVar[str] = "The recorder cannot do that now"
    code: str = "RECORDER"
