"""The bench of the tmux gateway: beside libtmux, and beside a forked tmux for each command."""

from .types import Bench, Contender, Measure

OURS, LIBTMUX, FORKED = "bench.tmux_ours", "bench.tmux_libtmux", "bench.tmux_forked"

COMMANDS_OF_MANY = Measure(
    name="64 callers, each asks and waits: at least 40 times the commands of libtmux",
    per="command",
    batch=64,
    baseline=Contender("libtmux, Server.cmd in two threads", f"{LIBTMUX}:ask_by_64"),
    contenders=(
        Contender("gateway", f"{OURS}:ask_by_64", ratio_limit=1 / 40),
        Contender("forked tmux, four at a time", f"{FORKED}:ask_by_64"),
    ),
)
COMMANDS_OF_ONE = Measure(
    name="one caller, who asks and waits",
    per="command",
    baseline=Contender("libtmux, Server.cmd", f"{LIBTMUX}:ask"),
    contenders=(
        Contender("gateway", f"{OURS}:ask"),
        Contender("forked tmux", f"{FORKED}:ask"),
    ),
)
CAPTURE = Measure(
    name="capture a full screen, 64 callers",
    per="screen",
    batch=64,
    baseline=Contender("libtmux, Server.cmd in two threads", f"{LIBTMUX}:capture_by_64"),
    contenders=(Contender("gateway", f"{OURS}:capture_by_64"),),
)
SESSIONS = Measure(
    name="32 callers, each creates and closes a session: 3 times as many as by forking",
    per="session",
    batch=32,
    baseline=Contender("forked tmux, four at a time", f"{FORKED}:create_and_close"),
    contenders=(Contender("gateway", f"{OURS}:create_and_close", ratio_limit=1 / 3),),
)

TMUX = Bench(
    name="tmux",
    purpose="What one control-mode connection gains over a process for each command.",
    measures=(COMMANDS_OF_MANY, COMMANDS_OF_ONE, CAPTURE, SESSIONS),
)
