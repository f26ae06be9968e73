"""A log on a disk that is really full; prints what can be read of it in the end.

`unshare --user --map-root-user --mount python -m tests.bytelog.small_disk DIRECTORY`
"""

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from rdvd.bytelog import ByteLog
from rdvd.recorder.recording import Recording

ROUNDS = 20
FLOOD = b"x" * 40_000


def main(directory: Path) -> None:
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(directory)]
    subprocess.run(mount, check=True)
    os.mkfifo(directory / "pane", 0o600)
    recording = Recording("one", str(directory), 1 << 20)
    pipe = os.open(directory / "pane", os.O_WRONLY)
    print_to(recording, pipe, b"before ")
    filler = os.open(directory / "filler", os.O_WRONLY | os.O_CREAT)
    with suppress(OSError):
        while True:
            os.write(filler, bytes(4096))
    for _ in range(ROUNDS):
        print_to(recording, pipe, FLOOD)
        recording.heal(3)  # as the recorder tries it now and then
    (directory / "filler").unlink()
    os.close(filler)
    recording.heal(4)
    print_to(recording, pipe, b" after")
    os.close(pipe)
    recording.finish(5)
    tell(directory, recording.lost_bytes)


def print_to(recording: Recording, pipe: int, text: bytes) -> None:
    os.write(pipe, text)
    recording.pump(1)
    recording.cover(2, 2)


def tell(directory: Path, lost: int) -> None:
    log = ByteLog(directory)
    data = b"".join(piece.data for piece in log.pieces())
    found = {
        "gaps": [gap.why for gap in log.gaps()],
        "missing": sum(gap.end - gap.start for gap in log.gaps()),
        "lost": lost,
        "kept": len(data),
        "ends": [data[:7].decode(), data[-6:].decode()],
        "end": log.end,
        "faults": [str(fault) for fault in log.verify()],
    }
    sys.stdout.write(json.dumps(found))


main(Path(sys.argv[1]))
