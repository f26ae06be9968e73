"""Starting the recorder so that nothing that ends the daemon ends it."""

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

import trio

from rdvd.ground.locks import who_holds

from .errors import RecorderProblem
from .types import RecordingSettings

ROOT = Path(__file__).parent.parent.parent
# Isolated and without site-packages: half the memory, and nothing of the environment's gets in.
PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv[2]); "
    "from rdvd.recorder.program import main; main(sys.argv[3:])"
)
# In a scope of its own where systemd would otherwise end it with our service. It is nobody's child.
START = """
apart="systemd-run --user --scope --quiet --collect --slice=rdvd-tmux.slice"
if [ -n "$1" ] && $apart true 2>/dev/null; then
    shift; set -- $apart --unit="rdvd-recorder-$$" --description="Recorder of rdvd" -- "$@"
else
    shift
fi
cd / && "$@" </dev/null 2>&1 &
"""
PATIENCE = 10.0


async def launch(settings: RecordingSettings) -> bool:
    """Returns when it listens, or has said that it cannot: another one may have the place."""
    command = [sys.executable, "-I", "-S", "-c", PROGRAM, "rdvd-recorder", str(ROOT)]
    places = [str(settings.sessions), str(settings.lock), str(settings.socket)]
    runtime = f"/run/user/{os.getuid()}"
    manager = "yes" if os.access(f"{runtime}/systemd/private", os.W_OK) else ""
    with trio.move_on_after(PATIENCE):
        done = await trio.run_process(
            ["/bin/sh", "-c", START, "sh", manager, *command, *places],
            capture_stdout=True,
            check=False,
            start_new_session=True,
            env={"PATH": os.defpath, "XDG_RUNTIME_DIR": runtime, "LC_ALL": "C.UTF-8"},
        )
        if done.stdout.startswith(b"ready"):
            return True
        said = done.stdout.decode(errors="replace").strip()
        if said:
            raise RecorderProblem(f"the recorder does not start: {said.splitlines()[-1]}")
        return False
    raise RecorderProblem(f"the recorder was not ready within {PATIENCE:g} s")


def ask_to_leave(lock: Path) -> None:
    """For one whose socket somebody has removed. It lets go of everything in good order."""
    pid = who_holds(lock)
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
