"""What is said first on every connection: how a server has to behave, and who it is."""

import re
from collections.abc import Mapping

from attrs import frozen

from .quoting import Command
from .types import Lines, TmuxMisunderstood

HIDDEN = "rdvd-gateway"  # our own session in each server; ours for people are named rdv-<id>
KEEP_ALIVE = ("cat", "-")  # what runs in it: waits for keys that nobody types

NEEDED = {
    "new-session": "cdefnPsxy",
    "capture-pane": "eJpSt",
    "pipe-pane": "Ot",
    "send-keys": "Hlt",
    "paste-buffer": "dprbt",
    "resize-window": "txy",
    "list-panes": "aF",
    "refresh-client": "f",
}
FLAGS = re.compile(r"\[-([A-Za-z]+)")


def configuration(history_limit: int) -> tuple[Command, ...]:
    """Options rather than a file: errors in a file would appear in somebody's pane."""
    return (
        ("set-option", "-s", "exit-empty", "off"),
        ("set-option", "-s", "escape-time", "0"),
        ("set-option", "-s", "set-clipboard", "off"),
        ("set-option", "-g", "prefix", "None"),
        ("set-option", "-g", "prefix2", "None"),
        *(("unbind-key", "-a", "-q", "-T", table) for table in ("root", "prefix")),
        *(("unbind-key", "-a", "-q", "-T", table) for table in ("copy-mode", "copy-mode-vi")),
        ("set-option", "-g", "status", "off"),
        ("set-option", "-g", "mouse", "off"),
        ("set-option", "-g", "update-environment", ""),
        ("set-option", "-g", "history-limit", str(history_limit)),
        ("set-option", "-g", "remain-on-exit", "on"),
        ("set-option", "-g", "remain-on-exit-format", ""),
        ("set-option", "-g", "allow-rename", "off"),
        ("set-option", "-g", "automatic-rename", "off"),
    )


# The first is not in every tmux; the second refuses when there is nothing to unbind (any more).
DISPENSABLE = {"remain-on-exit-format", "unbind-key"}

WHO = ("display-message", "-p", "#{version} #{pid}")
ABILITIES = ("list-commands", "-F", "#{command_list_name} #{command_list_usage}")
CLIENTS = ("list-clients", "-F", "#{client_pid} #{client_control_mode} #{session_name}")
COUNT = ("list-sessions", "-F", "#{session_id} #{session_name}")


@frozen
class Abilities:
    """Which flags each command takes, by the server's own word for it."""

    flags: Mapping[str, frozenset[str]]

    def can(self, command: str, flags: str = "") -> bool:
        return command in self.flags and self.flags[command].issuperset(flags)

    def missing(self) -> str | None:
        lacks = [
            f"{command} -{flag}"
            for command, flags in NEEDED.items()
            for flag in flags
            if not self.can(command, flag)
        ]
        return f"this tmux cannot do what sessions need: {', '.join(lacks)}" if lacks else None


def read_abilities(answer: Lines) -> Abilities:
    """From lines such as `kill-session [-aC] [-t target-session]`."""
    flags: dict[str, frozenset[str]] = {}
    for line in answer:
        name, _, usage = line.decode(errors="replace").partition(" ")
        flags[name] = frozenset("".join(FLAGS.findall(usage)))
    return Abilities(flags)


@frozen
class Hello:
    """Who answered."""

    version: str
    pid: int
    abilities: Abilities


def read_hello(who: Lines, abilities: Lines) -> Hello:
    said = b"".join(who).decode(errors="replace")
    found = re.fullmatch(r"(.*) (\d+)", said)
    if found is None:
        raise TmuxMisunderstood(f"tmux does not tell its version and process: {said!r}")
    return Hello(found[1], int(found[2]), read_abilities(abilities))


def count_sessions(answer: Lines) -> int:
    """Without our own."""
    return sum(1 for line in answer if line.partition(b" ")[2] != HIDDEN.encode())


def control_clients(answer: Lines) -> set[int]:
    """Pids of the control clients that show our hidden session."""
    found = (line.split(b" ", 2) for line in answer)
    return {int(pid) for pid, is_control, name in found if (is_control, name) == OURS}


OURS = (b"1", HIDDEN.encode())
