"""The bench of the emulator: what rebuilding a screen costs beside pyte."""

from .types import Bench, Contender, Measure

OURS, PYTE = "bench.screens_ours", "bench.screens_pyte"

PLAIN = Measure(
    name="plain log lines: at least 10 times pyte's speed",
    per="KiB",
    batch=64,
    baseline=Contender("pyte", f"{PYTE}:plain"),
    contenders=(Contender("ours", f"{OURS}:plain", ratio_limit=1 / 10, value_limit=100e-6),),
)
COLOURED = Measure(
    name="coloured log lines: at least 3 times pyte's speed",
    per="KiB",
    batch=64,
    baseline=Contender("pyte", f"{PYTE}:coloured"),
    contenders=(Contender("ours", f"{OURS}:coloured", ratio_limit=1 / 3, value_limit=330e-6),),
)
SCREENS = Bench(
    name="screens",
    purpose="What rebuilding a screen from bytes costs beside pyte.",
    measures=(PLAIN, COLOURED),
)
