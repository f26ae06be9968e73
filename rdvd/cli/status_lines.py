"""What `rdv status` says."""

from typing import Any

from rdvd.cli import here

Health = dict[str, Any]  # Any: JSON, of the shape that /openapi.json describes


def say() -> str:
    return draw(ask())


def ask() -> Health:
    answer: Any = here.api().get("/health")
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
