"""The bench of sessions: begun and closed, found again after a kill, and idle by the hundred."""

from .types import Bench, Contender, Measure, Survey

WAYS = "bench.sessions_contenders"
KEPT = "with end, log, screen and 4 notes kept"
MOST_PROCESSOR, MOST_MEMORY = 0.01, 60 * 1024

ONE_BY_ONE = Measure(
    name="begin and close, one after the other: at least 3 times as fast as by forking",
    per="session",
    count=20,
    baseline=Contender("forked tmux: session, options, pipe, kill", f"{WAYS}:forked_one_by_one"),
    contenders=(
        Contender("rdvd, over HTTP", f"{WAYS}:ours_one_by_one", ratio_limit=1 / 3),
        Contender(f"forked tmux, {KEPT}", f"{WAYS}:scripted_one_by_one"),
    ),
)
MANY = Measure(
    name="begin and close, eight at a time: at least 3 times as many as by forking",
    per="session",
    count=80,
    baseline=Contender("forked tmux: session, options, pipe, kill", f"{WAYS}:forked_by_4"),
    contenders=(
        Contender("rdvd, over HTTP", f"{WAYS}:ours_by_8", ratio_limit=1 / 3),
        Contender(f"forked tmux, {KEPT}", f"{WAYS}:scripted_by_4"),
    ),
)
ADOPTION = Survey(
    "100 sessions found again after kill -9",
    (
        Measure(
            "from exec until all is there",
            Contender("rdvd without sessions", f"{WAYS}:adopt_none"),
            (Contender("rdvd with 100 sessions", f"{WAYS}:adopt"),),
            per="start",
            figure="start",
        ),
        Measure(
            "what the 100 sessions add to it",
            Contender("rdvd with 100 sessions", f"{WAYS}:adopt", value_limit=1.0),
            (),
            per="start",
            figure="adoption",
        ),
    ),
    count=100,
    quick_count=100,
)
NONE, IDLE = "rdvd without sessions", "rdvd with 200 idle sessions"
ASLEEP = Survey(
    "200 idle sessions",
    (
        Measure(
            "processor time of the daemon",
            Contender(NONE, f"{WAYS}:idle_none"),
            (Contender(IDLE, f"{WAYS}:idle", value_limit=MOST_PROCESSOR),),
            per="idle second",
            figure="daemon processor",
        ),
        Measure(
            "processor time of the recorder",
            Contender(NONE, f"{WAYS}:idle_none"),
            (Contender(IDLE, f"{WAYS}:idle"),),
            per="idle second",
            figure="recorder processor",
        ),
        Measure(
            "processes begun by daemon, recorder or tmux: their page faults (0: none)",
            Contender(NONE, f"{WAYS}:idle_none", value_limit=0),
            (Contender(IDLE, f"{WAYS}:idle", value_limit=0),),
            per="minute",
            unit="pieces",
            figure="faults",
        ),
        *(
            Measure(
                f"memory of {whose} for each session",
                Contender(IDLE, f"{WAYS}:idle", value_limit=limit),
                (),
                per="session",
                unit="bytes",
                figure=f"{whose} memory",
            )
            for whose, limit in (("daemon", MOST_MEMORY), ("recorder", None), ("tmux", None))
        ),
    ),
    count=60,
    quick_count=20,
    most_rounds=3,
)

SESSIONS = Bench(
    "sessions",
    "What a session costs to begin, to find again and to keep.",
    (ONE_BY_ONE, MANY, ADOPTION, ASLEEP),
)
