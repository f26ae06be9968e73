"""Hooks on the disk: read, changed, and replaced in one step. It blocks: call it in a thread."""

import os
import secrets
import stat
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TypeAlias

from attrs import frozen

from rdvd.ground.clock import now_ms
from rdvd.ground.errors import Problem, StorageFull, is_full
from rdvd.ground.private import make_directory, sync, write_private

from . import entries, plugin
from .places import AFTERWARDS, directory_of
from .types import Done, Found, NotOurs, Place

LARGEST = 4 * 1024 * 1024
Change: TypeAlias = Callable[[str | None], str | None]  # of a text; None is no file


class Unreadable(Problem):
    status = 409
    title = "The agent's settings cannot be read"
    code = "HOOKS_UNREADABLE"


@frozen
class Hand:
    """What writes hooks: the command that they call, and where files go before they change."""

    rdv: Sequence[str]
    backups: Path
    within: Path | None = None  # a project: what leads out of it is not touched

    def look(self, place: Place) -> Found:
        is_in_use = directory_of(place).is_dir()
        try:
            text = self._read(place)
            ours = _is_there(place, text)
            is_current = ours and text is not None and self._with_ours(place)(text) == text
        except (Problem, OSError) as problem:
            return Found(place, "unreadable", is_in_use, str(problem))
        return Found(
            place, "installed" if is_current else "outdated" if ours else "absent", is_in_use
        )

    def install(self, place: Place) -> Done:
        return self._change(place, self._with_ours(place), AFTERWARDS[place.agent])

    def remove(self, place: Place) -> Done:
        return self._change(place, _without_ours(place), "")

    def _with_ours(self, place: Place) -> Change:
        agent = place.agent
        if agent == "opencode":
            return lambda text: plugin.plugin(text, self.rdv)
        return lambda text: entries.installed(text, agent, self.rdv)

    def _change(self, place: Place, change: Change, afterwards: str) -> Done:
        try:
            before = self._read(place)
            after = change(before)
            if after == before:
                return Done(place, self.look(place).state, changed=False)
            backup = self._replace(place, before, after)
        except (Problem, OSError) as problem:
            if isinstance(problem, OSError) and is_full(problem):
                raise StorageFull(f"{place.file} is as it was: its disk is full") from problem
            return Done(place, "unreadable", changed=False, detail=str(problem))
        return Done(place, self.look(place).state, True, afterwards, backup)

    def _replace(self, place: Place, before: str | None, after: str | None) -> Path | None:
        """All of it, or nothing: no directory either, by which an agent would seem to be used."""
        parents = _missing(self._target(place).parent)
        with ExitStack() as undoing:
            undoing.callback(_remove_empty, parents)
            backup = self._keep(place, before)
            if backup is not None:
                undoing.callback(self._forget, place, before, backup)
            self._write(place, before, after)
            undoing.pop_all()
        return backup

    def _forget(self, place: Place, before: str | None, backup: Path) -> None:
        """Unless it is needed after all."""
        with suppress(Problem, OSError):
            if self._read(place) == before:
                backup.unlink()

    def _read(self, place: Place) -> str | None:
        target = self._target(place)
        try:
            with open(target, "rb", opener=_at_once) as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    raise Unreadable(f"{target} is no plain file")
                content = file.read(LARGEST + 1)
        except FileNotFoundError:
            return None
        if len(content) > LARGEST:
            raise Unreadable(f"{target} has more than {LARGEST} bytes")
        try:
            return content.decode()
        except UnicodeDecodeError as error:
            raise Unreadable(f"{target} is not UTF-8: {error.reason}") from error

    def _target(self, place: Place) -> Path:
        """People keep their settings behind links, and the link is to stay one."""
        target = Path(os.path.realpath(place.file))
        if self.within is not None and not target.is_relative_to(os.path.realpath(self.within)):
            raise NotOurs(f"{place.file} leads out of the project, to {target}")
        return target

    def _keep(self, place: Place, before: str | None) -> Path | None:
        if before is None:
            return None
        make_directory(self.backups)
        backup = (
            self.backups / f"{place.agent}-{now_ms()}-{secrets.token_hex(3)}{place.file.suffix}"
        )
        write_private(backup, before.encode())
        return backup

    def _write(self, place: Place, before: str | None, after: str | None) -> None:
        target = self._target(place)
        if after is None:
            self._check_unchanged(place, before)
            target.unlink()
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
        try:
            with open(draft, "xb", opener=_private) as file:
                file.write(after.encode())
                file.flush()
                with suppress(FileNotFoundError):
                    os.fchmod(file.fileno(), stat.S_IMODE(target.stat().st_mode))
                os.fsync(file.fileno())
            self._check_unchanged(place, before)
            draft.replace(target)
            sync(target.parent)
        finally:
            draft.unlink(missing_ok=True)

    def _check_unchanged(self, place: Place, before: str | None) -> None:
        if self._read(place) != before:
            raise Unreadable(f"{place.file} was changed by somebody else just now; try again")


def _missing(directory: Path) -> list[Path]:
    """It and those above it that are to be made, the innermost first."""
    return [each for each in (directory, *directory.parents) if not each.exists()]


def _remove_empty(directories: Sequence[Path]) -> None:
    for directory in directories:
        with suppress(OSError):  # it was not made, or somebody else has put something there
            directory.rmdir()


def _is_there(place: Place, text: str | None) -> bool:
    if text is None:
        return False
    return plugin.is_plugin(text) if place.agent == "opencode" else entries.has_entries(text)


def _without_ours(place: Place) -> Change:
    def change(text: str | None) -> str | None:
        if text is None or not _is_there(place, text):
            return text
        return None if place.agent == "opencode" else entries.removed(text)

    return change


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
