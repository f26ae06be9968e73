"""Running a command in a shell that somebody else also types into, and telling its output apart.

The command goes into a file, and the line that is typed only names a second file, which prints a
mark, runs the command, and prints another mark with its exit code. The marks carry a number that
nobody can know before they are printed, and terminals show nothing of them; so neither prompt nor
echo nor colours nor what the command prints can be taken for one. Pure.
"""

import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from attrs import define, field, frozen

from rdvd.bytelog import HANDSHAKE

Kind = Literal["posix", "zsh", "fish"]

SHELLS: dict[str, Kind] = {
    "sh": "posix", "dash": "posix", "bash": "posix", "ash": "posix", "ksh": "posix",
    "mksh": "posix", "zsh": "zsh", "fish": "fish",
}  # fmt: skip
TAKES_A_VALUE = {"-o", "+o", "-O", "+O", "--rcfile", "--init-file", "-C", "--init-command"}
CLEAR_LINE = b"\x05\x15"  # to the end of what somebody may have half typed, and away with it
MARK = 6973
PROMPT = b"\x1b[?2004h"  # bash, zsh and fish say so when they begin to read a line
LINE_READ = b"\x1b[?2004l"  # and so, like every program that reads lines, when they have it
ECHOED_INTERRUPT = b"^C"
INTERRUPTED = 130
LONGEST_MARK = 128
SEQUENCE = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-OQ-WYZ\\`-~])"
)


def shell_of(name: str, arguments: Sequence[str]) -> Kind | None:
    """The kind of shell if this process is one that reads lines from a person."""
    kind = SHELLS.get(name.removeprefix("-"))
    takes_value = False
    for argument in arguments[1:]:
        if takes_value:
            takes_value = False
        elif argument in TAKES_A_VALUE:
            takes_value = True
        elif not argument.startswith(("-", "+")) or _means_command(argument):
            return None
    return kind


def _means_command(argument: str) -> bool:
    return argument == "--command" or (not argument.startswith("--") and "c" in argument)


@frozen
class Files:
    """Two files in the session's own directory: the command, and what runs it between marks."""

    command: Path
    around: Path

    @property
    def both(self) -> tuple[Path, Path]:
        return self.command, self.around


def line_for(kind: Kind, files: Files) -> bytes:
    """What is typed. The space in front keeps it out of the history where that is the custom."""
    word = "source" if kind == "fish" else "."
    return CLEAR_LINE + f" {word} {shlex.quote(str(files.around))}\r".encode()


def script_for(kind: Kind, files: Files, nonce: str) -> str:
    """`command` keeps dash from leaving at a syntax error before the second mark is printed."""
    command = shlex.quote(str(files.command))
    begin = f"printf '\\033]{MARK};{nonce};begin\\007'\n"
    if kind == "fish":
        return f"{begin}source {command}\nprintf '\\033]{MARK};{nonce};end;%s\\007' $status\n"
    end = f"printf '\\033]{MARK};{nonce};end;%s\\007' \"$?\"\n"
    return f"{begin}{'command .' if kind == 'posix' else '.'} {command}\n{end}"


@define
class Reading:
    """Reads what comes, and keeps what is between the marks, at most the last `most` bytes."""

    nonce: str
    most: int
    has_begun: bool = False
    code: int | None = None  # once it has ended
    is_truncated: bool = False
    saw_prompt: bool = False  # after it began and before it ended; somebody reads a line now
    saw_interrupt: bool = False
    _held: bytes = b""
    _output: bytearray = field(factory=bytearray)

    def feed(self, data: bytes) -> None:
        self._held += data
        if not self.has_begun:
            self._look_for_begin()
        if self.has_begun and self.code is None:
            self._look_for_prompt()
            self.saw_interrupt |= ECHOED_INTERRUPT in self._held
            self._look_for_end()

    @property
    def output(self) -> bytes:
        return bytes(self._output)

    def finish(self) -> None:
        """Nothing more will come: what was held back because it might have been a mark is none."""
        if self.has_begun and self.code is None:
            self._keep(self._held.removesuffix(HANDSHAKE))
            self._held = b""

    def _look_for_begin(self) -> None:
        mark = f"\x1b]{MARK};{self.nonce};begin\x07".encode()
        before, found, after = self._held.partition(mark)
        self.has_begun = bool(found)
        self._held = after if found else before[-len(mark) :]

    def _look_for_prompt(self) -> None:
        asked, answered = self._held.rfind(PROMPT), self._held.rfind(LINE_READ)
        if asked != answered:
            self.saw_prompt = asked > answered

    def _look_for_end(self) -> None:
        mark = f"\x1b]{MARK};{self.nonce};end;".encode()
        before, found, after = self._held.partition(mark)
        if not found:
            self._keep(self._held[:-LONGEST_MARK])
            self._held = self._held[-LONGEST_MARK:]
            return
        number, ended, _ = after.partition(b"\x07")
        if ended:
            self._keep(before)
            self.code = int(number) if number.isdigit() else 0

    def _keep(self, data: bytes) -> None:
        self._output += data
        if len(self._output) > self.most:
            del self._output[: -self.most]
            self.is_truncated = True


def plain(output: bytes) -> str:
    """As text without what only a terminal understands."""
    text = SEQUENCE.sub(b"", output).decode("utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")
