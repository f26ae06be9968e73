"""./dev on a machine that lacks tmux and git: PATH holds only what each test puts there."""

import shutil
import sys
from pathlib import Path

import pytest

from .conftest import House

# All that ./dev itself uses of the system.
BASICS = ("sh", "dirname", "readlink", "cat", "cksum", "env")
# The distribution, which no test may change: notes what it is asked, and "installs" by a link.
APT_GET = """#!/bin/sh
printf '%s\\n' "apt-get $*" >>"{folder}/asked"
[ "$1" = update ] || for name in tmux git; do /bin/ln -sf /bin/true "{folder}/$name"; done
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in BASICS:
        (folder / name).symlink_to(shutil.which(name) or name)
    (folder / "python3").symlink_to(Path(sys.executable).resolve())
    return folder


@pytest.fixture
def bare(prepared_house: House, path: Path) -> House:
    """Its .venv is there already; only programs are missing."""
    return with_path(prepared_house, path)


def with_path(house: House, path: Path) -> House:
    return House(house.root, {**house.environment, "PATH": str(path)})


def write_program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def be_user(path: Path, number: int) -> None:
    write_program(path / "id", f"#!/bin/sh\necho {number}\n")


@pytest.mark.parametrize(
    ("command", "needed"),
    [("run", "tmux git"), ("test", "tmux git zsh fish"), ("bench", "tmux git")],
)
def test_without_root_the_exact_command_to_type_is_shown(
    bare: House, path: Path, command: str, needed: str
):
    be_user(path, 1000)

    done = bare.dev(command)

    assert done.returncode == 1
    assert done.stderr == (
        f"./dev: these programs are missing: {needed}; please type:\n  sudo apt-get update && "
        f"sudo apt-get install -y --no-install-recommends {needed}\n"
    )


def test_only_what_is_missing_is_asked_for(bare: House, path: Path):
    be_user(path, 1000)
    (path / "git").symlink_to("/bin/true")

    done = bare.dev("run")

    assert "--no-install-recommends tmux\n" in done.stderr


def test_root_installs_what_is_missing_after_one_update(bare: House, path: Path):
    be_user(path, 0)
    write_program(path / "apt-get", APT_GET.format(folder=path))

    done = bare.dev("run")

    assert done.returncode == 0, done.stderr
    assert (path / "asked").read_text().splitlines() == [
        "apt-get update",
        "apt-get install -y --no-install-recommends tmux git",
    ]


def test_sudo_is_used_when_it_asks_for_no_password(bare: House, path: Path):
    be_user(path, 1000)
    write_program(path / "apt-get", APT_GET.format(folder=path))
    write_program(path / "sudo", '#!/bin/sh\n[ "$1" = -n ] || exit 1\nshift\nexec "$@"\n')
    (path / "true").symlink_to("/bin/true")

    done = bare.dev("run")

    assert done.returncode == 0, done.stderr
    assert (path / "asked").read_text().startswith("apt-get update\n")


def test_another_distribution_is_told_what_it_lacks(bare: House, path: Path):
    be_user(path, 0)

    done = bare.dev("run")

    assert done.returncode == 1
    assert done.stderr == "./dev: please install with your package manager: tmux git\n"


def test_without_any_python_the_exact_command_to_type_is_shown(house: House, path: Path):
    del house.environment["PYTHON"]
    (path / "python3").unlink()
    for name in ("tmux", "git"):
        (path / name).symlink_to("/bin/true")

    done = with_path(house, path).dev("run")

    assert done.returncode == 1
    assert done.stderr.endswith(
        "  sudo apt-get install -y --no-install-recommends python3 python3-venv\n"
    )
