"""Sessions of a real daemon, over HTTP; and the same done by hand with tmux."""

import os
import select
import signal
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import TypeAlias

from .living import Place, let_live, place, processor_seconds, recorder_of
from .stopwatch import Stopwatch
from .tmux_server import server
from .types import BenchFailed

MANY, BY_HAND = 8, 4  # with more processes at a time two processors do not get further
IDLE_SESSIONS = 200
SETTLES_WITHIN = 3.0
PROGRAM = ("cat", "-")
OPTIONS = {"@id": "x", "remain-on-exit": "on", "history-limit": "5000"}
ENVIRONMENT = {"RDV_SESSION_ID": "x", "RDV_API_SOCKET": "x", "RDV_SESSION_TOKEN": "x"}
Way: TypeAlias = Callable[[Path, str], None]
CHILDRENS_FAULTS = 10  # the field of /proc/<pid>/stat behind the name, counted from its state


def ours_one_by_one(times: int) -> float:
    return _ours(times, 1)


def ours_by_8(times: int) -> float:
    return _ours(times, MANY)


def forked_one_by_one(times: int) -> float:
    return _forked(times, 1)


def forked_by_4(times: int) -> float:
    return _forked(times, BY_HAND)


def scripted_one_by_one(times: int) -> float:
    return _forked(times, 1, _fork_and_keep)


def scripted_by_4(times: int) -> float:
    return _forked(times, BY_HAND, _fork_and_keep)


def _ours(times: int, at_once: int) -> float:
    with place() as where, where.daemon():
        _begin_and_close(where, 1)  # the recorder and a tmux server start with the first one
        return _at_once(partial(_begin_and_close, where, times // at_once), at_once)


def _begin_and_close(where: Place, times: int) -> None:
    with where.asking() as asking:
        for _ in range(times):
            asking.ask("DELETE", f"/api/sessions/{asking.new(*PROGRAM)}")


def _forked(times: int, at_once: int, way: Way | None = None) -> float:
    names = (f"n{number}" for number in count())
    with server() as path:
        each = partial(_for_each, way or _fork, path, names, times // at_once)
        return _at_once(each, at_once)


def _for_each(way: Way, path: Path, names: Iterator[str], times: int) -> None:
    for _ in range(times):
        way(path, next(names))


def _fork(path: Path, name: str) -> None:
    """The least that can be called a session of tmux. Nothing of it is kept, nobody waits."""
    _new(path, name, "exec cat >/dev/null")
    _tmux(path, "kill-session", "-t", f"={name}")


def _fork_and_keep(path: Path, name: str) -> None:
    """What a script would have to do for the same: a note on the disk before and after, a log,
    the program asked to end and waited for, its exit status and its last screen kept."""
    kept = path.parent / name
    _note(kept, "begins")
    pid = int(_new(path, name, f"exec cat >{kept}.log"))
    _note(kept, "runs")
    with suppress(ProcessLookupError):
        descriptor = os.pidfd_open(pid)
        os.kill(pid, signal.SIGTERM)
        select.select([descriptor], [], [])
        os.close(descriptor)
    status = _tmux(path, "display-message", "-p", "-t", f"={name}:", "#{pane_dead_signal}")
    _note(kept, status + _tmux(path, "capture-pane", "-p", "-t", f"={name}:"))
    _tmux(path, "kill-session", "-t", f"={name}")
    _note(kept, "closed")


def _new(path: Path, name: str, pipe: str) -> str:
    """The pid in it."""
    variables = [word for name, value in ENVIRONMENT.items() for word in ("-e", f"{name}={value}")]
    size = ("-x", "120", "-y", "40", "-P", "-F", "#{pane_pid}")
    pid = _tmux(path, "new-session", "-d", "-s", name, *size, "-c", "/", *variables, *PROGRAM)
    for option, value in OPTIONS.items():
        _tmux(path, "set-option", "-t", f"={name}:", option, value)
    _tmux(path, "pipe-pane", "-O", "-t", f"={name}:", pipe)
    return pid


def _tmux(path: Path, *command: str) -> str:
    return subprocess.check_output(["tmux", "-S", path, *command], text=True)


def _note(file: Path, text: str) -> None:
    """As durable as a row of a database."""
    with file.open("a") as notes:
        notes.write(text)
        notes.flush()
        os.fdatasync(notes.fileno())


def _at_once(call: Callable[[], None], callers: int) -> float:
    with ThreadPoolExecutor(callers) as pool, Stopwatch() as watch:
        for done in [pool.submit(call) for _ in range(callers)]:
            done.result()
    return watch.seconds


def adopt_none(_: int) -> dict[str, float]:
    with place() as where:
        return {"start": _start_again(where, 0)}


def adopt(times: int) -> dict[str, float]:
    """The start of a daemon that was killed, beside that of one that had nothing to lose."""
    with place() as empty:
        without = _start_again(empty, 0)
    with place() as where:
        start = _start_again(where, times)
    return {"start": start, "adoption": start - without}


def _start_again(where: Place, sessions: int) -> float:
    with where.daemon() as process:
        _begin(where, sessions)
        process.send_signal(signal.SIGKILL)
        process.wait()
    began = perf_counter()
    with where.daemon(), where.asking() as asking:
        found = [each["status"] for each in asking.ask("GET", "/api/sessions")]
        if found != ["active"] * sessions:
            raise BenchFailed(f"{sessions} sessions were active, now they are {found}")
        return perf_counter() - began


def _begin(where: Place, sessions: int) -> None:
    def several() -> None:
        with where.asking() as asking:
            for _ in range(sessions // MANY):
                asking.new(*PROGRAM)

    _at_once(several, MANY)
    with where.asking() as asking:
        for _ in range(sessions % MANY):
            asking.new(*PROGRAM)


def idle_none(seconds: int) -> dict[str, float]:
    with place() as where, where.daemon() as process:
        _begin_and_close(where, 1)
        return _asleep(where, process, seconds)


def idle(seconds: int) -> dict[str, float]:
    with place() as where, where.daemon() as process:
        _begin_and_close(where, MANY)
        before = _memory(where, process.pid)
        _begin(where, IDLE_SESSIONS)
        let_live(process, SETTLES_WITHIN)
        after = _memory(where, process.pid)
        each = {
            f"{whose} memory": (after[whose] - before[whose]) / IDLE_SESSIONS for whose in after
        }
        return each | _asleep(where, process, seconds)


def _asleep(where: Place, process: "subprocess.Popen[bytes]", seconds: int) -> dict[str, float]:
    """A process that was forked and reaped leaves its page faults with who began it."""
    let_live(process, SETTLES_WITHIN)
    daemon, recorder = process.pid, _recorder(where)
    everybody = [daemon, recorder, *_tmux_servers(where)]
    faults = _children_faults(everybody)
    busy, recording = processor_seconds(daemon), processor_seconds(recorder)
    let_live(process, seconds)
    return {
        "daemon processor": (processor_seconds(daemon) - busy) / seconds,
        "recorder processor": (processor_seconds(recorder) - recording) / seconds,
        "faults": float(_children_faults(everybody) - faults),
    }


def _memory(where: Place, daemon: int) -> dict[str, float]:
    tmux = sum(map(_private_bytes, _tmux_servers(where)))
    return {
        "daemon": _private_bytes(daemon), "recorder": _private_bytes(_recorder(where)), "tmux": tmux
    }  # fmt: skip


def _private_bytes(pid: int) -> float:
    """Its share of what is resident."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) * 1024.0 for line in lines if line.startswith("Pss:"))


def _children_faults(pids: list[int]) -> int:
    return sum(_children_faults_of(pid) for pid in pids)


def _children_faults_of(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[CHILDRENS_FAULTS - 2])


def _recorder(where: Place) -> int:
    pid = recorder_of(where.home / "server" / "recorder.lock")
    if pid is None:
        raise BenchFailed("there is no recorder")
    return pid


def _tmux_servers(where: Place) -> list[int]:
    command = ("display-message", "-p", "#{pid}")
    return [
        int(subprocess.check_output(["tmux", "-S", path, *command]))
        for path in sorted(where.run.glob("tmux-*.sock"))
    ]
