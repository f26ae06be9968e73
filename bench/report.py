"""Figures as Markdown for people and JSON for programs."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from attrs import asdict, frozen

from .figures import Figures, Spread, figures
from .machine import Machine
from .types import Bench, Effort, Measured, Unit

HEAD = """\
# Results

Written by `python -m bench <name>`, one section for each bench; `bench/README.md` says how to read.
"""
SCALES: dict[Unit, tuple[tuple[str, float], ...]] = {
    "seconds": (("s", 1), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9)),
    "bytes": (("MiB", 2**20), ("KiB", 2**10), ("B", 1)),
    "pieces": (("", 1),),
}
VERDICTS = {True: "within", False: "**over**", None: ""}


@frozen
class Report:
    bench: Bench
    effort: Effort
    machine: Machine
    measured: list[Measured]


def markdown(report: Report) -> str:
    """One bench's section, without the marks around it."""
    machine, effort = report.machine, report.effort
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    head = f"""\
## {report.bench.name}

{report.bench.purpose}

- {machine.taken}, revision {machine.revision}
- {machine.cpu}, {machine.cores} cores, {machine.memory}, {machine.kernel}
- {versions}
- {effort.rounds} rounds, samples of about {effort.sample_seconds:g} s, median (min..max)
"""
    return "\n".join([head, *map(_table, report.measured)])


def replaced_section(document: str, name: str, section: str) -> str:
    """Put one bench's section in place of its old one, or at the end; touch nothing else."""
    opening, closing = f"<!-- bench {name} -->", f"<!-- end of {name} -->"
    marked = f"{opening}\n{section.strip()}\n{closing}\n"
    old = re.compile(f"^{re.escape(opening)}\n.*?^{re.escape(closing)}\n", re.DOTALL | re.MULTILINE)
    if old.search(document):
        return old.sub(lambda _: marked, document, count=1)
    return f"{document or HEAD}\n{marked}"


def write_report(report: Report, folder: Path) -> None:
    """Keep the section in RESULTS.md, and every single sample in results/<name>.json."""
    document, samples = folder / "RESULTS.md", folder / "results" / f"{report.bench.name}.json"
    old = document.read_text() if document.exists() else ""
    document.write_text(replaced_section(old, report.bench.name, markdown(report)))
    samples.parent.mkdir(exist_ok=True)
    samples.write_text(json.dumps(asdict(report), indent=2) + "\n")


def _table(measured: Measured) -> str:
    unit, per = measured.measure.unit, measured.measure.per
    rows = "\n".join(_row(each, unit) for each in figures(measured))
    return f"""\
### {measured.measure.name}

| contender | ratio | limit | | cost per {per} |
| --- | ---: | ---: | --- | ---: |
{rows}
"""


def _row(figures: Figures, unit: Unit) -> str:
    if figures.value is None:
        return f"| {figures.contender.name} | not installed | | | |"
    cells = (
        figures.contender.name,
        "" if figures.ratio is None else _ratio(figures.ratio),
        ", ".join(_limits(figures, unit)),
        VERDICTS[figures.is_within],
        _cost(figures.value, unit),
    )
    return f"| {' | '.join(cells)} |"


def _ratio(ratio: Spread) -> str:
    return f"**{ratio.median:.2f}** ({ratio.low:.2f}..{ratio.high:.2f})"


def _limits(figures: Figures, unit: Unit) -> Iterator[str]:
    if figures.contender.ratio_limit is not None:
        yield f"{figures.contender.ratio_limit:g}x"
    if figures.contender.value_limit is not None:
        name, size = _scale(figures.contender.value_limit, unit)
        yield f"{figures.contender.value_limit / size:g} {name}".rstrip()


def _cost(value: Spread, unit: Unit) -> str:
    name, size = _scale(value.median, unit)
    low, middle, high = (f"{each / size:.3g}" for each in (value.low, value.median, value.high))
    return f"{middle} {name}".rstrip() + f" ({low}..{high})"


def _scale(value: float, unit: Unit) -> tuple[str, float]:
    """The largest unit in which the value is at least one."""
    scales = SCALES[unit]
    return next((scale for scale in scales if abs(value) >= scale[1]), scales[-1])
