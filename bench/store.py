"""The bench of the store: group commit beside the plain design, and what durability costs."""

from .types import Bench, Contender, Measure

OURS, LIMITER = "bench.store_ours", "bench.store_limiter"

WRITE_BY_64 = Measure(
    name="64 writers, one row each time: at least 20 times the throughput",
    per="write",
    batch=64,
    baseline=Contender("to_thread + CapacityLimiter(1), FULL", f"{LIMITER}:write_by_64"),
    contenders=(Contender("store.write, FULL", f"{OURS}:write_by_64", ratio_limit=1 / 20),),
)
DURABILITY = Measure(
    name="64 writers: FULL has at least 0.7 of NORMAL's throughput",
    per="write",
    batch=64,
    baseline=Contender("store.write, NORMAL", f"{OURS}:write_by_64_normal"),
    contenders=(Contender("store.write, FULL", f"{OURS}:write_by_64", ratio_limit=1 / 0.7),),
)
WRITE_BY_ONE = Measure(
    name="one writer alone, one row each time",
    per="write",
    baseline=Contender("to_thread + CapacityLimiter(1), FULL", f"{LIMITER}:write_by_one"),
    contenders=(Contender("store.write, FULL", f"{OURS}:write_by_one"),),
)
READ_BY_16 = Measure(
    name="16 readers, one row by its key each time",
    per="read",
    batch=16,
    baseline=Contender("to_thread and a pool of four connections", f"{LIMITER}:read_by_16"),
    contenders=(Contender("store.read", f"{OURS}:read_by_16"),),
)

STORE = Bench(
    name="store",
    purpose="What one writer thread gains over the plain design, and what durability costs.",
    measures=(WRITE_BY_64, DURABILITY, WRITE_BY_ONE, READ_BY_16),
)
