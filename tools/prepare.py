"""Prepare what ./dev needs: the virtual environment .venv, and programs from the distribution.

Called by ./dev only when something is missing or out of date. Whoever comes second waits for the
first. Stamps are written last, so whatever was interrupted carries none and is built again.
"""

import fcntl
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"

# Each level holds everything of the one before it.
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}


def main(arguments: Sequence[str]) -> None:
    """`made_from` is opaque here: ./dev compares it with what the stamp of that level says."""
    match arguments:
        case ["venv", *made_from] if 1 <= len(made_from) <= len(LOCKS):
            with only_one() as lock:
                prepare_venv(dict(zip(LOCKS, made_from, strict=False)), lock)
        case ["programs", become_root, *programs]:
            with only_one() as lock:
                install_programs(become_root.split(), programs, lock)
        case _:
            sys.exit("usage: prepare.py venv FOR_RUN [FOR_DEV] | programs BECOME_ROOT PROGRAM...")


@contextmanager
def only_one() -> Generator[int]:
    """Hold the project's lock; the kernel releases it however we and our children end."""
    with (ROOT / ".venv.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another ./dev is preparing; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


# --- the virtual environment


def prepare_venv(made_from: dict[str, str], lock: int) -> None:
    if all(is_prepared(level, text) for level, text in made_from.items()):
        return
    if not may_be_extended(made_from["run"]):
        make_venv(lock)
    # From here to the last line the environment is half made and must carry no stamp.
    remove_stamps()
    install(LOCKS[list(made_from)[-1]], lock)
    make_our_packages_importable()
    for level, text in made_from.items():
        write_stamp(level, text)


def may_be_extended(made_from: str) -> bool:
    """What `run` made is kept and added to, because a daemon may be running from it."""
    return is_prepared("run", made_from) and not stamp("dev").exists()


def make_venv(lock: int) -> None:
    say("making .venv")
    remove_stamps()
    if VENV.exists():
        shutil.rmtree(VENV)
    call([sys.executable, "-I", "-m", "venv", str(VENV)], lock)


def install(requirements: str, lock: int) -> None:
    say(f"installing {requirements}")
    options = ["--quiet", "--no-input", "--disable-pip-version-check"]
    exactly = ["--require-hashes", "--no-deps", "-r", str(ROOT / requirements)]
    call([str(VENV_PYTHON), "-I", "-m", "pip", "install", *options, *exactly], lock)


def make_our_packages_importable() -> None:
    """By a path file and not by PYTHONPATH, which every program we start would inherit."""
    packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(VENV)}))
    (packages / "rdvd-source.pth").write_text(f"{ROOT}\n")


# --- stamps: what the environment was made from


def stamp(level: str) -> Path:
    return VENV / f"prepared-{level}"


def stamp_text(made_from: str) -> str:
    return f"{made_from}\n{VENV_PYTHON.resolve()}\n"


def is_prepared(level: str, made_from: str) -> bool:
    return stamp(level).exists() and stamp(level).read_text() == stamp_text(made_from)


def remove_stamps() -> None:
    for level in LOCKS:
        stamp(level).unlink(missing_ok=True)


def write_stamp(level: str, made_from: str) -> None:
    unfinished = stamp(level).with_suffix(".new")
    unfinished.write_text(stamp_text(made_from))
    unfinished.replace(stamp(level))


# --- programs of the distribution


def install_programs(become_root: Sequence[str], programs: Sequence[str], lock: int) -> None:
    missing = [program for program in programs if shutil.which(program) is None]
    if not missing:
        return
    if shutil.which("apt-get") is None:
        sys.exit(f"./dev: please install with your package manager: {' '.join(missing)}")
    say(f"installing {' '.join(missing)}")
    apt = [*become_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    call([*apt, "update"], lock)
    call([*apt, "install", "-y", "--no-install-recommends", *missing], lock)


# --- small things


def call(command: Sequence[str], lock: int) -> None:
    """Run a program that holds the lock with us: if we are killed, nobody may start beside it."""
    done = subprocess.run(command, pass_fds=(lock,), stdout=sys.stderr, check=False)
    if done.returncode:
        sys.exit(f"./dev: failed with {done.returncode}: {' '.join(command)}")


def say(sentence: str) -> None:
    print(f"./dev: {sentence}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
