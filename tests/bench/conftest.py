"""Trivial contenders, importable by the workers because these import what we import."""

import sys
from pathlib import Path

import pytest

CONTENDERS = '''
import os

def cheap(times):
    return times * 1.0

def dear(times):
    return times * 3.0

async def waiting(times):
    return times * 2.0

def talking(times):
    print("not an answer", flush=True)
    return cheap(times)

def numbered(times):
    """A process counts its own samples: state is kept, and is nobody else's."""
    numbered.samples = getattr(numbered, "samples", 0) + 1
    return float(numbered.samples)

class Way:
    def both(self, times):
        return {"half": times / 2, "most": times * 9.0}

way = Way()

def crashing(times):
    raise ValueError("the wheels came off")

def dying(times):
    os._exit(7)

def endless(times):
    with open("running", "w") as fifo:
        fifo.write(str(os.getpid()))
    while True:
        pass
'''


@pytest.fixture
def contenders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The module's name."""
    (tmp_path / "trivial_contenders.py").write_text(CONTENDERS)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    return "trivial_contenders"
