"""The bench of the byte log: what it costs to record all that a pane prints, and survive a kill."""

from .types import Bench, Contender, Measure

CAPTURE = "bench.bytelog_capture"
MIB_A_SAMPLE = 24

THROUGHPUT = Measure(
    name="a pane that floods: at least 0.95 of the throughput of a bare pipe-pane",
    per="MiB",
    count=MIB_A_SAMPLE,
    baseline=Contender("pipe-pane 'cat >> file'", f"{CAPTURE}:capture_bare"),
    contenders=(
        Contender("the recorder", f"{CAPTURE}:capture", ratio_limit=1 / 0.95),
        Contender("the recorder, killed every 200 ms", f"{CAPTURE}:capture_killed"),
    ),
)
PROCESSOR = Measure(
    name="the same flood: processor time of the recorder",
    per="MiB",
    count=MIB_A_SAMPLE,
    baseline=Contender("tmux itself, bare", f"{CAPTURE}:processor_bare"),
    contenders=(Contender("the recorder alone", f"{CAPTURE}:processor"),),
)
MEMORY = Measure(
    name="memory of the recorder, proportional set size",
    per="recorder",
    unit="bytes",
    count=1,
    fresh=True,
    baseline=Contender("one session", f"{CAPTURE}:memory_of_one"),
    contenders=(
        Contender("64 sessions that have printed", f"{CAPTURE}:memory_of_64"),
        Contender("200 sessions that have printed", f"{CAPTURE}:memory_of_200"),
    ),
)

BYTELOG = Bench(
    name="bytelog",
    purpose="What it costs to record every byte of a pane, beside a bare pipe-pane.",
    measures=(THROUGHPUT, PROCESSOR, MEMORY),
)
