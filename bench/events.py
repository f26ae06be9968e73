"""The bench of the event stream: one fact to many clients."""

from .types import Bench, Contender, Measure

SOURCE = "bench.events_contenders"
CLIENTS = 50

FAN_OUT = Measure(
    name=f"one event to {CLIENTS} clients, heard by all",
    per="delivery",
    batch=CLIENTS,
    baseline=Contender("bare trio-websocket, one send after the other", f"{SOURCE}:bare"),
    contenders=(
        Contender("bare trio-websocket, a queue and a writer for each", f"{SOURCE}:queued"),
        Contender("Events.publish on serve_streams", f"{SOURCE}:ours", ratio_limit=1.5),
    ),
)

EVENTS = Bench("events", "an event to fifty WebSockets, beside a bare broadcast", (FAN_OUT,))
