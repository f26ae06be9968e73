"""Killed anywhere in the middle, the trash neither loses a byte nor leaves half."""

import random
import subprocess
import sys
from pathlib import Path

from .bin import elsewhere

STRIDE = 6  # each run dies at other steps; with 1 it dies at all of them


def test_a_kill_at_any_step_leaves_one_whole_thing_in_one_place(tmp_path: Path):
    first = random.randint(1, STRIDE)
    with elsewhere() as near:
        done = subprocess.run(
            [sys.executable, "-m", "tests.trash.dying", near, tmp_path, str(STRIDE), str(first)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    assert done.returncode == 0, f"from step {first}:\n{done.stderr}"
    fewest = (8, 4, 30, 40, 30, 5)  # put, restore, remove: near, then far
    assert all(int(n) >= f // STRIDE for n, f in zip(done.stdout.split(), fewest, strict=True))
