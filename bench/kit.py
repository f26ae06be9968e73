"""The bench of the actor kit: each of its ways beside the same thing in bare Trio."""

from .types import Bench, Contender, Measure

RAW, KIT_, PYKKA = "bench.kit_raw", "bench.kit_actors", "bench.kit_pykka"

PYKKA_ASK = Contender("pykka ask", f"{PYKKA}:ask")

ASK = Measure(
    name="ask: one question, one answer",
    per="call",
    baseline=Contender("raw ask: channel, slot and Event", f"{RAW}:ask"),
    contenders=(
        Contender("ref.call", f"{KIT_}:call", ratio_limit=2.0),
        Contender("ref.call under a deadline", f"{KIT_}:call_with_deadline", ratio_limit=2.5),
        Contender("ref.call in a handler with a deadline", f"{KIT_}:call_from_handler"),
        PYKKA_ASK,
    ),
)
ASK_PYKKA = Measure(
    name="ask, beside pykka: ours must be faster",
    per="call",
    baseline=PYKKA_ASK,
    contenders=(Contender("ref.call", f"{KIT_}:call", ratio_limit=1.0),),
)
CAST = Measure(
    name="cast: bursts of 64, drained",
    per="message",
    batch=64,
    baseline=Contender("raw send_nowait", f"{RAW}:send_nowait"),
    contenders=(
        Contender("ref.cast", f"{KIT_}:cast", ratio_limit=1.5),
        Contender("raw await send", f"{RAW}:send"),
    ),
)
FAN_OUT = Measure(
    name="fan-out: one event to 100 listeners, heard by all",
    per="delivery",
    batch=100,
    baseline=Contender("raw send_nowait to each", f"{RAW}:fan_out"),
    contenders=(Contender("Topic.publish", f"{KIT_}:publish", ratio_limit=1.5),),
)
IDLE = Measure(
    name="memory of an idle actor, among 10,000",
    per="actor",
    unit="bytes",
    count=10_000,
    fresh=True,
    baseline=Contender("bare task parked at its channel", f"{RAW}:idle_tasks"),
    contenders=(Contender("idle actor", f"{KIT_}:idle_actors", value_limit=10 * 1024),),
)
START_STOP = Measure(
    name="start and stop 10,000",
    per="actor",
    count=10_000,
    baseline=Contender("bare tasks in a nursery", f"{RAW}:start_stop"),
    contenders=(Contender("children of one supervisor", f"{KIT_}:start_stop", ratio_limit=2.0),),
)
CRASH = Measure(
    name="crash, and be up again",
    per="cycle",
    baseline=Contender("bare nursery in a loop", f"{RAW}:crash"),
    contenders=(
        Contender("supervised actor, logging off", f"{KIT_}:crash", ratio_limit=3.0),
        Contender("supervised actor, logged to a NullHandler", f"{KIT_}:crash_logged"),
    ),
)

KIT = Bench(
    name="kit",
    purpose="What the actor kit costs beside bare Trio.",
    measures=(ASK, ASK_PYKKA, CAST, FAN_OUT, IDLE, START_STOP, CRASH),
)
