"""The bench of the HTTP ground: what our manners cost beside a bare route on the stock stack."""

from .types import Bench, Contender, Measure

SOURCE = "bench.http_contenders"

KEPT_ALIVE = Measure(
    name="GET on an open connection: auth, limits, validation, log line",
    per="request",
    baseline=Contender("bare Quart-Trio route, stock Hypercorn", f"{SOURCE}:stock"),
    contenders=(Contender("make_app and serve", f"{SOURCE}:ours", ratio_limit=1.5),),
)
FRESH = Measure(
    name="the same with a fresh connection for each request",
    per="request",
    baseline=Contender("bare Quart-Trio route, stock Hypercorn", f"{SOURCE}:stock_fresh"),
    contenders=(Contender("make_app and serve", f"{SOURCE}:ours_fresh", ratio_limit=1.5),),
)

HTTP = Bench("http", "a request on a Unix socket, beside the stock stack", (KEPT_ALIVE, FRESH))
