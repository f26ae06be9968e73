"""How systemd has rdvd, as facts."""

from typing import NamedTuple

from rdvd.cli import here, systemd
from rdvd.cli.client import Json
from rdvd.cli.exits import Failure
from rdvd.cli.render import facts
from rdvd.cli.tmux_servers import TmuxServer, tmux_servers

MISCONFIGURED = "78"  # EX_CONFIG, see rdvd.program
ASKED = ("Id", "ActiveState", "SubState", "UnitFileState", "MainPID", "NRestarts", "Result",
         "ExecMainStartTimestamp", "ControlGroup")  # fmt: skip
Unit = dict[str, str]


class Status(NamedTuple):
    units: list[Unit]
    lingers: bool
    tmux: list[TmuxServer]

    def as_json(self) -> Json:
        return {
            "units": [_as_json(unit) for unit in self.units],
            "linger": self.lingers,
            "tmux": [
                {"socket": str(each.path), "pid": each.pid, "cgroup": each.group}
                for each in self.tmux
            ],
        }

    def as_text(self) -> str:
        service = self.units[0]
        lines = {_name(unit): _state(unit) for unit in self.units}
        lines |= {
            "main pid": _pid(service) or "-",
            "last start": service.get("ExecMainStartTimestamp") or "never",
            "restarts": service.get("NRestarts") or "0",
            "linger": "yes" if self.lingers else "no: systemd ends it all at your last logout",
        }
        for each in self.tmux:
            lines[each.path.stem] = _where(each)
        return facts(lines)


def look() -> Status:
    said = systemd.systemctl("show", f"--property={','.join(ASKED)}", *systemd.UNITS)
    units = [_parsed(block) for block in said.strip().split("\n\n")]
    return Status(units, systemd.lingers(), tmux_servers(here.run()))


def explained(failure: Failure) -> Failure:
    """Why the service did not start, as far as systemd knows it."""
    asked = "--property=ExecMainStatus", "--value", "rdvd.service"
    is_misconfigured = systemd.systemctl("show", *asked).strip() == MISCONFIGURED
    look = "`rdv config check` says what is wrong" if is_misconfigured else "`rdv service status`"
    hint = f"{look}; its last words: `rdv service logs`"
    return Failure("the service did not start", hint=hint, code=failure.code)


def _parsed(block: str) -> Unit:
    pairs = (line.partition("=") for line in block.splitlines())
    return {name: value for name, _, value in pairs}


def _as_json(unit: Unit) -> Json:
    return {
        "name": _name(unit), "active": unit.get("ActiveState"), "sub": unit.get("SubState"),
        "enabled": unit.get("UnitFileState"), "result": unit.get("Result"),
        "main_pid": int(_pid(unit) or 0) or None, "restarts": int(unit.get("NRestarts") or 0),
        "last_start": unit.get("ExecMainStartTimestamp") or None,
        "cgroup": unit.get("ControlGroup") or None,
    }  # fmt: skip


def _name(unit: Unit) -> str:
    return unit.get("Id", "?")


def _pid(unit: Unit) -> str:
    pid = unit.get("MainPID", "0")
    return pid if pid.isdecimal() and pid != "0" else ""


def _state(unit: Unit) -> str:
    failed = unit.get("Result", "success") not in {"success", ""}
    why = f", last result: {unit['Result']}" if failed else ""
    states = f"{unit.get('ActiveState')} ({unit.get('SubState')})"
    return f"{states}, {unit.get('UnitFileState') or 'not installed'}{why}"


def _where(server: TmuxServer) -> str:
    if server.pid is None:
        return "nobody answers on its socket"
    danger = "; it ENDS WITH THE DAEMON" if server.is_in_the_daemons_group else ""
    return f"pid {server.pid} in {server.group or 'no control group'}{danger}"
