"""The bench of terminals: ours beside bare `tmux attach`, ttyd, and node-pty with ws.

All of them show the same sessions of the same tmux of the same daemon, with its recorder at work.
"""

from collections.abc import Sequence

from attrs import evolve

from .types import Bench, Contender, Measure, Survey, Unit

WAYS = "bench.terminal_contenders"
LOOP_LAG = 0.005
FLOOD_ROUNDS = 3  # six surveys of five contenders: minutes each


def _everyone(function: str) -> dict[str, Contender]:
    return {
        "ttyd": Contender("ttyd", f"{WAYS}:ttyd.{function}", needs="ttyd"),
        "ours": Contender("rdvd, rdv.v1", f"{WAYS}:ours.{function}"),
        "plain": Contender("rdvd, plain", f"{WAYS}:plain.{function}"),
        "node": Contender("node-pty and ws", f"{WAYS}:node_pty.{function}", needs="node-pty"),
        "bare": Contender("tmux attach, no server", f"{WAYS}:bare.{function}"),
    }


def _measure(
    name: str,
    function: str,
    figure: str,
    *,
    ratio: float | None = 1.0,
    value: float | None = None,
    without: Sequence[str] = (),
    per: str = "key",
    unit: Unit = "seconds",
) -> Measure:
    """The limit holds for both of ours."""
    there = _everyone(function)
    for ours in ("ours", "plain"):
        there[ours] = evolve(there[ours], ratio_limit=ratio, value_limit=value)
    others = tuple(each for key, each in there.items() if key not in ("ttyd", *without))
    return Measure(name, there["ttyd"], others, per=per, unit=unit, figure=figure)


def _echo(name: str, function: str) -> Survey:
    return Survey(
        name,
        (
            _measure(f"{name}: half of the keys within", function, "p50", ratio=1.3),
            _measure(f"{name}: 99 of 100 within", function, "p99"),
        ),
        count=150,
        quick_count=30,
    )


def _flood(viewers: str, function: str) -> Survey:
    measures: list[Measure] = []
    for work, what in (("cat", "10 MB of a log"), ("seq", "seq 1,000,000")):
        name = f"{what}, {viewers}"
        measures += [
            _measure(f"{name}: printed in", function, f"{work} seconds", per="flood"),
            _measure(
                f"{name}: sent to each viewer", function, f"{work} bytes", per="flood", unit="bytes"
            ),
            _measure(
                f"{name}: frames", function, f"{work} frames", per="flood", unit="pieces",
                without=("bare",),
            ),
            _measure(
                f"{name}: processor time of the server", function, f"{work} processor",
                per="flood", without=("bare",),
            ),
        ]  # fmt: skip
    stop = f"Ctrl-C in a flood, {viewers}: all see that it is over after"
    measures.append(_measure(stop, function, "stop", per="Ctrl-C"))
    name = f"floods, {viewers}"
    return Survey(name, tuple(measures), count=1, quick_count=1, most_rounds=FLOOD_ROUNDS)


PINGS = "a ping, while ten others watch a flood, is answered"
LAG = Survey(
    PINGS,
    (
        _measure(f"{PINGS}, half of them within", "pings_beside_flood", "p50", ratio=None,
                 per="ping", without=("bare",)),
        _measure(f"{PINGS}, 99 of 100 within", "pings_beside_flood", "p99", ratio=None,
                 value=LOOP_LAG, per="ping", without=("bare",)),
    ),
    count=300,
    quick_count=50,
)  # fmt: skip

TERMINAL = Bench(
    "terminal",
    "From a key to its echo, and floods, beside other terminal servers on the same tmux.",
    (
        _echo("echo of a key", "echo_idle"),
        _echo("echo of a key while another session floods", "echo_beside_flood"),
        LAG,
        _flood("1 viewer", "flood_1"),
        _flood("10 viewers", "flood_10"),
        _flood("1 viewer at 1 MB/s", "flood_1_at_1_mb"),
        _flood("10 viewers at 1 MB/s", "flood_10_at_1_mb"),
        _flood("1 viewer at 200 kB/s", "flood_1_at_200_kb"),
        _flood("10 viewers at 200 kB/s", "flood_10_at_200_kb"),
    ),
)
