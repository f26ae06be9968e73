"""Peers that not every machine has, and that a bench can do without."""

import hashlib
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

NODE_PTY = Path(__file__).parent / "peers" / "node_pty"
INSTALLED_WITHIN = 300.0


def find_program(name: str) -> str | None:
    """Where RDV_BENCH_<NAME> says, or on the PATH."""
    return shutil.which(os.environ.get(f"RDV_BENCH_{name.upper()}") or name)


def is_here(peer: str) -> bool:
    """`node-pty` is a library and is installed for this; any other peer is a program."""
    return (node_pty() if peer == "node-pty" else find_program(peer)) is not None


@cache
def node_pty() -> Path | None:
    """The folder with our server and, installed by npm the first time, what it stands on."""
    npm = find_program("npm")
    if find_program("node") is None or npm is None:
        return None
    package = NODE_PTY / "package.json"
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = caches / "rdvd-bench" / hashlib.sha256(package.read_bytes()).hexdigest()[:16]
    if not (folder / "node_modules").exists() and not _install(npm, package, folder):
        return None
    shutil.copy(NODE_PTY / "server.js", folder)
    return folder


def _install(npm: str, package: Path, folder: Path) -> bool:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(package, folder)
    command = [npm, "install", "--no-audit", "--no-fund"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=INSTALLED_WITHIN, check=False
    )
    if done.returncode != 0:
        shutil.rmtree(folder)
        print(f"npm could not install node-pty and ws:\n{done.stderr}", file=sys.stderr)
    return done.returncode == 0
