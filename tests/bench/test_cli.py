"""`python -m bench`, with trivial benches."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bench.__main__ import BENCHES, main
from bench.types import Bench, Contender, Measure

INTERRUPTIBLE = """
import signal, sys
from pathlib import Path
from bench.__main__ import main
from bench.types import Bench, Contender, Measure

signal.signal(signal.SIGINT, signal.default_int_handler)
endless = Contender("endless", "trivial_contenders:endless")
sys.exit(main(["endless"], [Bench("endless", "", (Measure("m", endless, ()),))], Path(".")))
"""

pytestmark = pytest.mark.usefixtures("contenders")


def bench(function: str, *, ratio_limit: float | None = None) -> Bench:
    contender = Contender(function, f"trivial_contenders:{function}", ratio_limit=ratio_limit)
    baseline = Contender("cheap", "trivial_contenders:cheap")
    return Bench(function, f"About {function}.", (Measure("m", baseline, (contender,), count=1),))


def test_a_wrong_name_is_refused_and_the_right_ones_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["deer"], [bench("dear"), bench("crashing")], tmp_path)

    assert code == 2
    assert "there are: dear, crashing" in capsys.readouterr().err


def test_the_list_names_every_bench(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["--list"], BENCHES, tmp_path)

    assert code == 0
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert listed == [bench.name for bench in BENCHES]


def test_no_rounds_at_all_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["dear", "--rounds", "0"], [bench("dear")], tmp_path)

    assert ended.value.code == 2


def test_being_over_the_limit_is_marked_and_is_no_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["dear", "--rounds", "1"], [bench("dear", ratio_limit=2.0)], tmp_path)

    assert code == 0
    assert "| 2x | **over** |" in capsys.readouterr().out
    assert "| 2x | **over** |" in (tmp_path / "RESULTS.md").read_text()


def test_a_quick_run_keeps_nothing(tmp_path: Path) -> None:
    code = main(["dear", "--quick"], [bench("dear")], tmp_path)

    assert code == 0
    assert not (tmp_path / "RESULTS.md").exists()


def test_a_crashing_contender_fails_the_run_with_its_traceback_and_keeps_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["crashing"], [bench("crashing")], tmp_path)

    assert code == 1
    assert "the wheels came off" in capsys.readouterr().err
    assert not (tmp_path / "RESULTS.md").exists()


def test_ctrl_c_leaves_no_worker_behind(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "running")
    path = os.pathsep.join(filter(None, sys.path))
    environment = os.environ | {"PYTHONPATH": path}

    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTIBLE], cwd=tmp_path, env=environment
    ) as bench:
        worker = int((tmp_path / "running").read_text())
        bench.send_signal(signal.SIGINT)
        code = bench.wait(timeout=30)

    assert code == 130
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)
