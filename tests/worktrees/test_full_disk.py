"""On a disk that is really full an act says so, and leaves everything as it was."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

APART = ("unshare", "--user", "--map-root-user", "--mount")
NO_TREE = {
    "answer": "507 STORAGE_FULL",
    "rows": 0,
    "left": ["filler", "home", "project"],
    "branches": ["main", "old"],
}


def test_an_act_on_a_full_disk_is_refused_clearly_and_half_of_it_is_nowhere(tmp_path: Path):
    if subprocess.run([*APART, "true"], capture_output=True, check=False).returncode:
        pytest.skip("a small disk is mounted in namespaces of a user: allow them, or be root")
    command = [*APART, sys.executable, "-m", "tests.worktrees.small_disk", str(tmp_path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, timeout=60, check=True)
    found = json.loads(done.stdout)

    assert found["no room"] == found["half a checkout"] == found["no room for copies"] == NO_TREE
    assert found["trash"] == {
        "thrown": "507 STORAGE_FULL", "whole": True, "entries": 0, "beside": [],
        "restored": "507 STORAGE_FULL", "there": False, "again": "done", "back": True, "well": True,
    }  # fmt: skip
    assert found["hooks"] == {
        "answers": ["507 STORAGE_FULL", "507 STORAGE_FULL"],
        "left": [".claude", ".claude/settings.json", "filler"],
        "same": True,
        "backups": 0,
    }
