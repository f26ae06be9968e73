"""The bench of the whole daemon: its start, its answer to the command line, and its idleness."""

from .types import Bench, Contender, Measure

LIFE = "bench.daemon_life"

STATUS = Measure(
    name="rdv status: at most 4 times an empty interpreter",
    per="command",
    count=5,
    baseline=Contender("python -c pass", f"{LIFE}:python_alone"),
    contenders=(Contender("rdv status", f"{LIFE}:ask_status", ratio_limit=4),),
)
START = Measure(
    name="from exec to READY=1",
    per="start",
    count=1,
    baseline=Contender("importing the libraries alone", f"{LIFE}:import_the_stack"),
    contenders=(Contender("rdvd until READY=1", f"{LIFE}:start_until_ready"),),
)
IDLE = Measure(
    name="processor time while nothing happens, over 10 s",
    per="idle second",
    count=10,
    baseline=Contender("a Trio program that wakes once a second", f"{LIFE}:ticking_trio"),
    contenders=(Contender("rdvd", f"{LIFE}:idle_daemon", value_limit=0.005),),
)
MEMORY = Measure(
    name="resident memory: at most 60 MB",
    per="process",
    unit="bytes",
    count=1,
    baseline=Contender("the libraries alone", f"{LIFE}:memory_of_the_stack"),
    contenders=(Contender("rdvd", f"{LIFE}:memory_of_the_daemon", value_limit=60e6),),
)

DAEMON = Bench(
    "daemon", "start, answer, and idleness of the real daemon", (STATUS, START, IDLE, MEMORY)
)
