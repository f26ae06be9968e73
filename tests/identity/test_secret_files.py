import errno
import os
import stat
from pathlib import Path

import pytest

from rdvd.ground.errors import StorageFull
from rdvd.identity import UnsafeFile
from rdvd.identity.secret_files import (
    read_or_create_pepper,
    read_secret_file,
    replace_secret_file,
)


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_pepper_is_made_once_and_for_the_owner_only(tmp_path: Path):
    before = os.umask(0)
    try:
        pepper = read_or_create_pepper(tmp_path / "pepper")
    finally:
        os.umask(before)

    assert pepper == read_or_create_pepper(tmp_path / "pepper")
    assert (32, 0o600) == (len(pepper), mode(tmp_path / "pepper"))
    assert ["pepper"] == names_in(tmp_path)


def test_a_replaced_file_is_whole_and_nothing_is_left_over(tmp_path: Path):
    path = tmp_path / "token"
    replace_secret_file(path, b"old")
    with path.open("rb") as reader:
        replace_secret_file(path, b"new")

        assert b"old" == reader.read()
    assert (b"new", 0o600, ["token"]) == (read_secret_file(path), mode(path), names_in(tmp_path))


def test_the_draft_that_a_kill_left_behind_is_in_nobodys_way(tmp_path: Path):
    draft = tmp_path / ".token.draft"
    draft.touch(0o600)

    replace_secret_file(tmp_path / "token", b"new")

    assert ["token"] == names_in(tmp_path)


def plant_symlink(path: Path) -> None:
    path.with_name("elsewhere").write_bytes(b"x" * 32)
    path.with_name("elsewhere").chmod(0o600)
    path.symlink_to("elsewhere")


def plant_loose_file(path: Path) -> None:
    path.write_bytes(b"x" * 32)
    path.chmod(0o640)


def plant_foreign_file(path: Path) -> None:
    path.write_bytes(b"x" * 32)
    path.chmod(0o600)
    os.chown(path, 65534, 65534)


PLANTED = [plant_symlink, plant_loose_file, Path.mkdir, os.mkfifo]
if os.geteuid() == 0:
    PLANTED.append(plant_foreign_file)


@pytest.mark.parametrize("plant", PLANTED)
def test_what_was_planted_is_neither_read_nor_replaced_nor_removed(plant: object, tmp_path: Path):
    path = tmp_path / "token"
    assert callable(plant)
    plant(path)
    before = path.lstat()

    with pytest.raises(UnsafeFile, match="move it away"):
        read_secret_file(path)
    with pytest.raises(UnsafeFile, match="move it away"):
        replace_secret_file(path, b"new")
    assert (before.st_ino, before.st_mode) == (path.lstat().st_ino, path.lstat().st_mode)


def test_a_pepper_of_the_wrong_size_is_refused(tmp_path: Path):
    replace_secret_file(tmp_path / "pepper", b"short")

    with pytest.raises(UnsafeFile, match="5 bytes"):
        read_or_create_pepper(tmp_path / "pepper")


def test_a_full_disk_is_told_as_such_and_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def no_room(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "no room")

    replace_secret_file(tmp_path / "token", b"old")
    monkeypatch.setattr(os, "fsync", no_room)

    with pytest.raises(StorageFull):
        replace_secret_file(tmp_path / "token", b"new")
    assert b"old" == read_secret_file(tmp_path / "token")
    assert ["token"] == names_in(tmp_path)


def test_a_place_that_cannot_be_written_is_told_as_such(tmp_path: Path):
    with pytest.raises(UnsafeFile, match="cannot be written"):
        replace_secret_file(tmp_path / "missing" / "token", b"new")
