"""A new file is written whole, or is not there."""

import resource
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rdvd.cli.exits import CONFLICT, Failure
from rdvd.cli.new_file import write_new


@contextmanager
def no_file_longer_than(size: int) -> Generator[None]:
    """What a full disk is: writes behind this size are refused."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


def test_all_pieces_are_in_it(tmp_path: Path):
    assert 5 == write_new(tmp_path / "new", [b"on", b"", b"top"])
    assert b"ontop" == (tmp_path / "new").read_bytes()


def test_there_is_none_where_the_disk_is_full(tmp_path: Path):
    with no_file_longer_than(10), pytest.raises(Failure, match="cannot be written"):
        write_new(tmp_path / "new", [b"more than ten bytes"])

    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("pieces", [[], [b"half"]])
def test_there_is_none_of_what_is_refused(tmp_path: Path, pieces: list[bytes]):
    def refused() -> Iterator[bytes]:
        yield from pieces
        raise Failure("no")

    with pytest.raises(Failure, match="no"):
        write_new(tmp_path / "new", refused())

    assert not (tmp_path / "new").exists()


def test_what_is_there_already_stays(tmp_path: Path):
    (tmp_path / "old").write_text("precious")

    with pytest.raises(Failure) as refused:
        write_new(tmp_path / "old", [b"new"])

    assert CONFLICT == refused.value.code
    assert "precious" == (tmp_path / "old").read_text()
