"""What `rdv status` says."""

from __future__ import annotations

from rdvd.cli import whereabouts

TYPE_CHECKING = False  # that of `typing`, which takes a third of the time of an empty interpreter
if TYPE_CHECKING:
    from typing import Any

Health = dict[str, "Any"]  # Any: JSON, of the shape that /openapi.json describes


def say() -> str:
    return draw(ask())


def ask() -> Health:
    answer: Any = whereabouts.api().get("/health")
    return answer


def draw(answer: Health) -> str:
    from rdvd.cli import render  # lazy: only an answer needs to be drawn

    metrics = answer["metrics"]
    shown = render.facts(
        {
            "status": answer["status"],
            "version": answer["version"],
            "running for": render.duration(answer["uptime_seconds"]),
            **{name: "ok" if well else "NOT OK" for name, well in answer["components"].items()},
            "sessions": str(metrics["active_sessions"]),
            "connections": str(metrics["websocket_connections"]),
        }
    )
    return "\n".join([shown, *(f"! {reason}" for reason in answer["reasons"])])
