"""./dev, as a person uses it, from a fresh clone and without a network."""

import fcntl
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from .conftest import House

WAITS = "./dev: another ./dev is preparing; waiting for it\n"
MAKES = "./dev: making .venv\n"
INSTALLS = "./dev: installing requirements.lock\n"


@pytest.mark.parametrize("arguments", [[], ["help"], ["--help"]])
def test_help_is_shown_without_preparing_anything(house: House, arguments: list[str]):
    done = house.dev(*arguments)

    assert (done.returncode, done.stderr) == (0, "")
    assert "./dev COMMAND" in done.stdout
    assert not (house.root / ".venv").exists()


def test_an_unknown_command_is_refused_and_the_commands_are_named(house: House):
    done = house.dev("tset")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "./dev: unknown command 'tset'; the commands are: run, test, check, bench, lock, help\n"
    )


def test_run_stays_in_the_directory_of_the_user(prepared_house: House, tmp_path: Path):
    # A folder of the user's that happens to have the name of our package must not be started.
    (tmp_path / "rdvd").mkdir()
    (tmp_path / "rdvd" / "__main__.py").write_text("print('the wrong one')")

    done = prepared_house.dev("run", "--name", "two words", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"hello {tmp_path} ['--name', 'two words']\n"


def test_test_works_from_another_directory_and_exits_with_the_code_of_pytest(
    prepared_house: House, tmp_path: Path
):
    done = prepared_house.dev("test", "-k", "two words", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (5, "")
    assert done.stdout == f"1 passed {prepared_house.root} ['-k', 'two words']\n"


def test_dev_works_through_a_symbolic_link(prepared_house: House, tmp_path: Path):
    link = tmp_path / "dev"
    link.symlink_to(prepared_house.root / "dev")

    done = subprocess.run(
        [link, "test"], env=prepared_house.environment, capture_output=True, text=True, check=False
    )

    on_all_cores = ["--numprocesses=auto", "--dist=worksteal"]
    assert done.stdout == f"1 passed {prepared_house.root} {on_all_cores}\n"


def test_it_prepares_once_and_the_second_time_runs_no_pip(house: House):
    first = house.dev("run")
    shutil.rmtree(house.site_packages() / "pip")

    second = house.dev("run")

    assert first.stderr == MAKES + INSTALLS
    assert (second.returncode, second.stderr) == (0, "")


def test_what_run_made_is_added_to_and_not_replaced_under_a_running_daemon(house: House):
    house.dev("run")
    marker = house.site_packages() / "marker"
    marker.touch()

    done = house.dev("test")

    assert done.stderr == "./dev: installing requirements-dev.lock\n"
    assert marker.exists()
    assert house.stamps() == ["prepared-dev", "prepared-run"]


def test_a_changed_lock_builds_the_environment_anew(house: House):
    house.dev("run")
    (house.site_packages() / "left_over.py").touch()
    with (house.root / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")

    done = house.dev("run")

    assert done.stderr == MAKES + INSTALLS
    assert not (house.site_packages() / "left_over.py").exists()


def test_two_at_once_both_succeed_with_one_installation(house: House):
    with (house.root / ".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        both = [house.start("run"), house.start("run")]
        waiting = [process.stderr.readline() for process in both if process.stderr]
    ends = [process.communicate(timeout=60) for process in both]

    assert waiting == [WAITS, WAITS]
    assert [process.returncode for process in both] == [0, 0]
    assert sorted(said for _, said in ends) == ["", MAKES + INSTALLS]


def test_a_run_killed_in_the_middle_is_repaired_by_the_next(house: House):
    killed = house.start("run")
    assert killed.stderr is not None
    said = [killed.stderr.readline(), killed.stderr.readline()]
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate(timeout=60)
    left_behind = house.stamps()

    done = house.dev("run")

    assert said == [MAKES, INSTALLS]
    assert left_behind == []
    assert (done.returncode, done.stderr) == (0, MAKES + INSTALLS)


def test_a_wrong_hash_is_refused_and_leaves_no_stamp(house: House):
    (house.root / "requirements.lock").write_text(f"tiny==1.0 --hash=sha256:{'0' * 64}\n")

    done = house.dev("run")

    assert done.returncode != 0
    assert "DO NOT MATCH THE HASHES" in done.stderr
    assert house.stamps() == []


def test_a_python_that_will_not_do_is_refused_with_its_name(house: House):
    house.environment["PYTHON"] = "/bin/false"

    done = house.dev("run")

    assert done.returncode == 1
    assert done.stderr == "./dev: PYTHON=/bin/false is no Python >= 3.11 with venv and ensurepip\n"
