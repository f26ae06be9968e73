"""The sessions' part of `rdv top`."""

from typing import Any

from rdvd.cli.session.finding import Session, sessions
from rdvd.cli.session.usage import usage_of
from rdvd.cli.session.words import age, ago, state
from rdvd.cli.words import plain

Row = dict[str, Any]  # Any: JSON; the keys are those of `rdv top --json`
MEBIBYTE = 2**20


class Watch:
    """What was seen last, for what is told per second."""

    def __init__(self) -> None:
        self._at = 0.0
        self._cpu: dict[str, float] = {}

    def look(self, now: float) -> list[Row]:
        """The busiest first; then by name."""
        found, passed = sessions(), now - self._at
        rows = [self._row(each, passed) for each in found]
        self._at = now
        self._cpu = {row["id"]: row.pop("cpu_seconds") for row in rows}
        return sorted(rows, key=lambda row: (-(row["cpu_percent"] or 0.0), row["name"]))

    def _row(self, session: Session, passed: float) -> Row:
        used = usage_of(session["pid"], session["pid_started"])
        before = self._cpu.get(session["id"])
        percent = None
        if used is not None and before is not None and passed > 0:
            percent = round(100 * max(0.0, used.cpu_seconds - before) / passed, 1)
        return {
            "id": session["id"],
            "name": session["name"],
            "status": session["status"],
            "state": state(session),
            "exit_code": session["exit_code"],
            "exit_signal": session["exit_signal"],
            "created_at": session["created_at"],
            "last_activity_at": session["last_activity_at"],
            "cpu_percent": percent,
            "memory_bytes": used and used.memory_bytes,
            "processes": used.processes if used else 0,
            "restarts": session["restart_count"],
            "cpu_seconds": used.cpu_seconds if used else 0.0,
        }


def cells(row: Row) -> dict[str, str]:
    memory, cpu = row["memory_bytes"], row["cpu_percent"]
    return {
        "session": plain(row["name"]),
        "state": row["state"],
        "cpu %": "-" if cpu is None else f"{cpu:g}",
        "memory": "-" if memory is None else f"{memory / MEBIBYTE:,.0f} MiB",
        "processes": str(row["processes"]),
        "active": ago(row["last_activity_at"]),
        "age": age(row["created_at"]),
        "restarts": str(row["restarts"]),
    }
