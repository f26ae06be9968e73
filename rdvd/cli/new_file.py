"""Files that were not there before: the whole of one, or nothing."""

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from rdvd.cli.exits import CONFLICT, Failure


def write_new(file: Path, pieces: Iterable[bytes]) -> int:
    """How many bytes. There is no file where the first piece is refused, or a later one."""
    rest = iter(pieces)
    first = next(rest, b"")
    try:
        with file.open("xb") as opened, _whole_or_gone(file):
            size = sum(opened.write(piece) for piece in chain([first], rest))
            opened.flush()  # in here: what the disk refuses as it is closed is half a file, too
            return size
    except FileExistsError:
        hint = "Name another file, or move that one away."
        raise Failure(f"{file} is there already", hint=hint, code=CONFLICT) from None
    except OSError as error:
        raise Failure(f"{file} cannot be written: {error.strerror}") from error


@contextmanager
def _whole_or_gone(file: Path) -> Generator[None]:
    is_whole = False
    try:
        yield
        is_whole = True
    finally:
        if not is_whole:
            file.unlink(missing_ok=True)
