"""What tmux tells about its panes, so written that no title, path or name can forge a field."""

import os
import secrets

from attrs import frozen

from .types import Lines, Pane, Size

FIELDS = (
    "session_name", "session_id", "window_id", "pane_id", "pane_pid", "pane_dead",
    "pane_dead_status", "pane_dead_signal", "pane_width", "pane_height", "alternate_on",
    "pane_in_mode", "pane_pipe", "session_attached", "window_activity", "session_created",
    "history_size", "pane_current_path", "pane_current_command", "@id",
)  # fmt: skip


@frozen
class PaneFormat:
    """A format whose separators nobody can know: they are made for one question alone."""

    separator: str
    end: str

    def __str__(self) -> str:
        return self.separator.join(f"#{{{name}}}" for name in FIELDS) + self.end

    def parse(self, server: int, answer: Lines) -> tuple[Pane, ...]:
        text = b"\n".join(answer)
        records = text.split(self.end.encode())[:-1]
        return tuple(self._pane(server, record.removeprefix(b"\n")) for record in records)

    def _pane(self, server: int, record: bytes) -> Pane:
        (
            name, session, window, pane, pid, dead, status, signal, columns, rows, alternate,
            mode, pipe, attached, activity, created, history, path, command, id,
        ) = (os.fsdecode(value) for value in record.split(self.separator.encode()))  # fmt: skip
        return Pane(
            server=server,
            session=name,
            session_id=session,
            window_id=window,
            pane_id=pane,
            pid=int(pid or 0),
            is_dead=dead == "1",
            dead_status=_number(status),
            dead_signal=_number(signal),
            size=Size(int(columns), int(rows)),
            alternate_on=alternate == "1",
            in_mode=mode not in ("", "0"),
            is_piped=pipe == "1",
            attached=int(attached or 0),
            activity=int(activity or 0),
            created=int(created or 0),
            history=int(history or 0),
            path=path,
            command=command,
            id=id,
        )


def pane_format() -> PaneFormat:
    return PaneFormat(f"<{secrets.token_hex(8)}>", f"<{secrets.token_hex(8)}>")


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() else None
