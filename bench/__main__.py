"""`python -m bench <name>`: run one bench, print its table, keep its figures."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from attrs import evolve

from .bytelog import BYTELOG
from .daemon import DAEMON
from .events import EVENTS
from .harness import run_bench
from .http import HTTP
from .kit import KIT
from .machine import describe_machine
from .projects import PROJECTS
from .report import Report, markdown, write_report
from .screens import SCREENS
from .sessions import SESSIONS
from .store import STORE
from .terminal import TERMINAL
from .tmux import TMUX
from .types import Bench, BenchFailed, Effort
from .worktrees import WORKTREES

BENCHES = (
    KIT, STORE, HTTP, EVENTS, DAEMON, TMUX, BYTELOG, SCREENS, TERMINAL, SESSIONS, WORKTREES,
    PROJECTS,
)  # fmt: skip
FOLDER = Path(__file__).parent
QUICK = Effort(rounds=3, sample_seconds=0.05, is_quick=True)

FAILED, WRONG_USE, INTERRUPTED = 1, 2, 130


def main(arguments: Sequence[str], benches: Sequence[Bench], folder: Path) -> int:
    """Do what the command line asks; the exit code never depends on a figure."""
    options = _parser().parse_args(arguments)
    if options.list:
        print("\n".join(f"{bench.name:12} {bench.purpose}" for bench in benches))
        return 0
    bench = next((bench for bench in benches if bench.name == options.name), None)
    if bench is None:
        known = ", ".join(bench.name for bench in benches)
        print(f"Which bench? {options.name!r} is none; there are: {known}.", file=sys.stderr)
        return WRONG_USE
    return _run(bench, _effort(options.quick, options.rounds), folder, keep=not options.quick)


def _run(bench: Bench, effort: Effort, folder: Path, *, keep: bool) -> int:
    try:
        machine = describe_machine(folder)
        report = Report(bench, effort, machine, run_bench(bench, effort, _progress))
    except BenchFailed as failure:
        print(failure, file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    print(markdown(report))
    if keep:
        write_report(report, folder)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("name", nargs="?", help="which bench to run")
    parser.add_argument("--list", action="store_true", help="say which benches there are")
    parser.add_argument("--rounds", type=_rounds, help=f"default {Effort().rounds}")
    parser.add_argument("--quick", action="store_true", help="a smoke run: printed, not kept")
    return parser


def _rounds(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least one round")
    return number


def _effort(quick: bool, rounds: int | None) -> Effort:
    chosen = QUICK if quick else Effort()
    return evolve(chosen, rounds=rounds or chosen.rounds)


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], BENCHES, FOLDER))
