"""Figures on paper."""

import json
from pathlib import Path

from bench.machine import Machine, describe_machine
from bench.report import Report, markdown, replaced_section, write_report
from bench.types import Bench, Contender, Effort, Measure, Measured

MACHINE = Machine("today", "abc", "a processor", 2, "4 GiB", "Linux", {"python": "3"})
MEASURE = Measure(
    "adding",
    Contender("raw", "x:raw"),
    (Contender("ours", "x:ours", ratio_limit=1.5), Contender("free", "x:free")),
    per="sum",
)
SAMPLES = {"raw": (1e-6, 1e-6), "ours": (2e-6, 3e-6), "free": (4e-6, 4e-6)}


def report(name: str = "sums") -> Report:
    bench = Bench(name, "What a sum costs.", (MEASURE,))
    return Report(bench, Effort(), MACHINE, [Measured(MEASURE, SAMPLES, {"raw": 10})])


def test_a_section_is_replaced_and_its_neighbours_are_left_as_they_are() -> None:
    first = replaced_section("", "one", "old one")
    both = replaced_section(first, "two", "the two")

    replaced = replaced_section(both, "one", "new one")

    assert replaced == both.replace("old one", "new one")


def test_a_bench_whose_name_begins_with_anothers_has_a_section_of_its_own() -> None:
    document = replaced_section(replaced_section("", "kit", "a"), "kit-large", "b")

    assert replaced_section(document, "kit", "c") == document.replace("\na\n", "\nc\n")


def test_a_backslash_in_a_section_is_taken_literally() -> None:
    document = replaced_section(replaced_section("", "one", "x"), "one", r"\1 \g<0>")

    assert r"\1 \g<0>" in document


def test_a_contender_beyond_its_limit_is_marked_over() -> None:
    rows = [line for line in markdown(report()).splitlines() if line.startswith("| ours")]

    assert rows == ["| ours | **2.50** (2.00..3.00) | 1.5x | **over** | 2.5 µs (2..3) |"]


def test_writing_twice_keeps_one_section_and_every_sample(tmp_path: Path) -> None:
    write_report(report("other"), tmp_path)
    write_report(report(), tmp_path)
    write_report(report(), tmp_path)

    document = (tmp_path / "RESULTS.md").read_text()
    kept = json.loads((tmp_path / "results" / "sums.json").read_text())
    assert [document.count(f"\n## {name}\n") for name in ("sums", "other")] == [1, 1]
    assert kept["measured"][0]["samples"]["ours"] == [2e-6, 3e-6]


def test_a_machine_is_described_outside_a_repository_too(tmp_path: Path) -> None:
    machine = describe_machine(tmp_path)

    assert machine.revision == "unknown"
    assert machine.versions["trio"] != "absent"


def test_who_was_left_out_is_named_and_without_a_baseline_there_is_no_ratio() -> None:
    bench = Bench("sums", "What a sum costs.", (MEASURE,))
    measured = Measured(MEASURE, {"ours": (2e-6, 3e-6)}, {"ours": 10})

    lines = markdown(Report(bench, Effort(), MACHINE, [measured])).splitlines()

    assert "| raw | not installed | | | |" in lines
    assert "| ours |  | 1.5x |  | 2.5 µs (2..3) |" in lines


def test_nothing_is_a_multiple_of_zero() -> None:
    measure = Measure("forks", Contender("none", "x:none"), (), unit="pieces")
    bench = Bench("forks", "How many there are.", (measure,))
    measured = Measured(measure, {"none": (0.0, 0.0)}, {"none": 1})

    assert (
        "| none |  |  |  | 0 (0..0) |"
        in markdown(Report(bench, Effort(), MACHINE, [measured])).splitlines()
    )
