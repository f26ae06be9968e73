"""How `rdv` ends: one code for each kind of failure, so that scripts need not read the words."""

OK = 0
FAILED = 1
USAGE = 2  # click's own
NOT_FOUND = 3
CONFLICT = 4
NOT_ALLOWED = 5
DAEMON_DOWN = 6
TIMED_OUT = 7
REFUSED = 8
NOT_CONFIRMED = 9
INTERRUPTED = 130  # what a shell makes of Ctrl-C
UNHEARD = 141  # what a shell makes of a pipe that nobody reads

OF_STATUS = {
    400: USAGE,
    401: NOT_ALLOWED,
    403: NOT_ALLOWED,
    404: NOT_FOUND,
    409: CONFLICT,
    412: CONFLICT,
    503: REFUSED,
    504: TIMED_OUT,
}


class Failure(Exception):
    """What went wrong and what to do about it, for a person; a code, for a program."""

    def __init__(self, cause: str, *, hint: str = "", code: int = FAILED) -> None:
        super().__init__(cause)
        self.hint = hint
        self.code = code

    def __str__(self) -> str:
        said = f"{self.args[0]}\n{self.hint}".rstrip("\n")
        return f"rdv: {said}".replace("\n", "\n     ")
