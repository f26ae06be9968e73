"""Which hooks of an agent call us, and how they stand in its settings. Pure.

Three agents take the same form: an object of events, each with a list of groups of commands. What
is ours is known by a mark at the end of its command, which also says what we made for it: with the
last of our entries go the list, the object, the text and the file that were not there before.
"""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from .jsontext import Part, parse, with_item, with_member, without
from .types import Agent, NotOurs, Report

MARK = "# rdvd"
MADE_LIST, MADE_OBJECT, MADE_TEXT, MADE_FILE = "+list", "+object", "+text", "+file"
SECONDS = 5  # what an agent allows the command, which allows itself less


@frozen
class Kind:
    """How one agent names what it tells, and in which unit it counts time."""

    reports: Mapping[str, Report]
    per_second: int = 1


KINDS: Mapping[Agent, Kind] = {
    "claude": Kind(
        {
            "SessionStart": "session_start",
            "UserPromptSubmit": "prompt",
            "PreToolUse": "tool",
            "Notification": "waiting",
            "PreCompact": "compacting",
            "SubagentStop": "subagent_done",
            "Stop": "task_complete",
            "SessionEnd": "session_end",
        }
    ),
    "codex": Kind(
        {
            "SessionStart": "session_start",
            "UserPromptSubmit": "prompt",
            "PreToolUse": "tool",
            "PermissionRequest": "waiting",
            "PreCompact": "compacting",
            "SubagentStop": "subagent_done",
            "Stop": "task_complete",
        }
    ),
    "gemini": Kind(
        {
            "SessionStart": "session_start",
            "BeforeAgent": "prompt",
            "BeforeTool": "tool",
            "Notification": "waiting",
            "PreCompress": "compacting",
            "AfterAgent": "task_complete",
            "SessionEnd": "session_end",
        },
        per_second=1_000,
    ),
}


def command_for(rdv: Sequence[str], agent: Agent, report: Report) -> str:
    """Outside of our sessions it does nothing, and whatever happens it ends well: an agent must
    never be held up, or see an error, because of us."""
    call = shlex.join([*rdv, "hook", report, "--agent", agent])
    return f'[ -z "$RDV_SESSION_ID" ] || {call} 2>/dev/null || :'


def installed(text: str | None, agent: Agent, rdv: Sequence[str]) -> str:
    """The settings with exactly today's entries of ours: older ones are replaced."""
    kept = None if text is None else removed(text)
    made, written = "", kept or ""
    if not written.strip():
        made, written = f" {MADE_FILE if kept is None else MADE_TEXT}", "{}\n"
    for event, report in KINDS[agent].reports.items():
        command = f"{command_for(rdv, agent, report)} {MARK}{made}"
        written = _with_entry(written, event, command, KINDS[agent].per_second)
    return written


def removed(text: str) -> str | None:
    """The settings without any entry of ours, and without what we made to hold them; None if that
    is the whole file."""
    made = ""
    while text.strip() and (ours := _first_of_ours(parse(text))) is not None:
        event, group, command = ours
        made += command.rpartition(MARK)[2]
        text = _without_entry(text, event, group, with_list=MADE_LIST in command)
    root = parse(text) if MADE_OBJECT in made else None
    hooks = root.get("hooks") if root is not None else None
    if root is not None and hooks is not None and not hooks.children:
        text = without(text, root, hooks)
    if not ({MADE_FILE, MADE_TEXT} & set(made.split())) or parse(text).children:
        return text
    return None if MADE_FILE in made else ""


def has_entries(text: str) -> bool:
    return bool(text.strip()) and _first_of_ours(parse(text)) is not None


def _with_entry(text: str, event: str, command: str, per_second: int) -> str:
    root, made = _object(parse(text), "the file"), ""
    if root.get("hooks") is None:
        text, made = with_member(text, root, "hooks", {}), f" {MADE_OBJECT}"
        root = parse(text)
    hooks = _object(root.get("hooks"), '"hooks"')
    if hooks.get(event) is None:
        made = f" {MADE_LIST}{made}"
        return with_member(text, hooks, event, [_group(command + made, per_second)])
    groups = hooks.get(event)
    if groups is None or not isinstance(groups.value, list):
        raise NotOurs(f'"hooks.{event}" is no list: mend it, nothing was changed')
    return with_item(text, groups, _group(command, per_second))


def _group(command: str, per_second: int) -> dict[str, Any]:
    hook = {"type": "command", "command": command, "timeout": SECONDS * per_second}
    return {"hooks": [hook]}


def _object(part: Part | None, name: str) -> Part:
    if part is None or not isinstance(part.value, dict):
        raise NotOurs(f"{name} is no object: mend it, nothing was changed")
    return part


def _first_of_ours(root: Part) -> tuple[str, int, str] | None:
    """Event, number of the group, command. A group is ours if every command in it is."""
    hooks = root.get("hooks")
    if hooks is None or not isinstance(hooks.value, dict):
        return None
    for event in dict.fromkeys(hooks.keys):
        groups = hooks.get(event)
        for number, group in enumerate(groups.children if groups is not None else ()):
            commands = _commands(group)
            if commands and all(f" {MARK}" in command for command in commands):
                return event, number, commands[0]
    return None


def _commands(group: Part) -> list[str]:
    inner = group.get("hooks")
    found = [each.get("command") for each in inner.children] if inner is not None else []
    return [part.value if part and isinstance(part.value, str) else "" for part in found]


def _without_entry(text: str, event: str, number: int, *, with_list: bool) -> str:
    groups = _list_of(text, event)
    text = without(text, groups, groups.children[number])
    hooks = _object(parse(text).get("hooks"), '"hooks"')
    left = _list_of(text, event)
    return without(text, hooks, left) if with_list and not left.children else text


def _list_of(text: str, event: str) -> Part:
    hooks = parse(text).get("hooks")
    groups = hooks.get(event) if hooks is not None else None
    assert groups is not None, f"an entry of ours was found in {event}"
    return groups
