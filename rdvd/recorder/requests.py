"""What can be asked of the recorder, and what it answers."""

import os
from collections.abc import Callable

from rdvd import VERSION

from .clients import Client
from .recording import Recording
from .shelf import Shelf, mono_ms
from .types import PROTOCOL, Limits

PATIENCE_MS = 5_000
STEP_MS = 1  # between two looks at whether `cat` has handed over all it has
IN_TRANSIT = 1 << 20  # more than FIFO, `cat` and the pipe from tmux can hold together


class Refusal(Exception):
    """Why not, as a code for programs and a sentence for people."""


class Wait:
    """Somebody waits until everything that was handed over before has come to the file."""

    def __init__(self, client: Client, number: str, recording: Recording, *, leaves: bool) -> None:
        self.client = client
        self.number = number
        self.recording = recording
        self.leaves = leaves
        self.until = mono_ms() + PATIENCE_MS
        self.enough = recording.log.end + recording.log.lost + IN_TRANSIT

    def is_over(self, shelf: Shelf) -> bool:
        """Look at `cat` first, then take: what it has written before it slept is then with us."""
        recording = self.recording
        slept = not self.leaves and recording.pipe_sleeps()
        before = recording.log.end
        if shelf.recordings.get(recording.name) is not recording:
            return True  # it has left; another of its name may have begun
        more = shelf.pump(recording)
        if not recording.has_writer and recording.pipe_pid() is not None:
            return not more
        if self.leaves:
            return not recording.has_writer and not more
        is_quiet = slept and recording.log.end == before and not more
        return bool(recording.failure) or is_quiet or recording.log.end >= self.enough


class Requests:
    """`register` and `forget` are told of every recording that begins and ends."""

    def __init__(
        self,
        shelf: Shelf,
        register: Callable[[Recording], None],
        forget: Callable[[Recording], None],
        leave: Callable[[], None],
    ) -> None:
        self.waits: list[Wait] = []
        self._shelf = shelf
        self._register = register
        self._forget = forget
        self._leave = leave

    def handle(self, client: Client, request: list[str]) -> None:
        number, verb, *words = request if len(request) > 1 else [*request, "", ""]
        handler = getattr(self, f"do_{verb}", None)
        try:
            if handler is None:
                raise Refusal("UNKNOWN", f"there is no {verb!r}")
            answer = handler(client, number, *words)
        except Refusal as refusal:
            client.answer(number, "no", *refusal.args)
        except OSError as error:
            client.answer(number, "no", "OS_ERROR", f"{error.strerror} ({error.filename})")
        except (TypeError, ValueError):
            client.answer(number, "no", "BAD_REQUEST", "the words do not fit the request")
        else:
            if answer is not None:
                client.answer(number, "ok", *answer)

    def settle(self) -> None:
        """Answer those who have waited long enough, for what they wanted or at all."""
        for wait in list(self.waits):
            if wait.is_over(self._shelf):
                self.waits.remove(wait)
                wait.client.answer(wait.number, "ok", self._end(wait))
            elif mono_ms() >= wait.until:
                self._give_up(wait)
                text = f"the pipe of {wait.recording.name} is not done after {PATIENCE_MS} ms"
                wait.client.answer(wait.number, "no", "BUSY", text)

    def leave_out(self, client: Client) -> None:
        """It has gone, and nobody knows whether its session is still to leave."""
        for wait in [each for each in self.waits if each.client is client]:
            self._give_up(wait)

    def _give_up(self, wait: Wait) -> None:
        self.waits.remove(wait)
        wait.recording.is_leaving = False

    def _end(self, wait: Wait) -> int:
        if wait.leaves and self._shelf.recordings.get(wait.recording.name) is wait.recording:
            self._forget(wait.recording)
            return self._shelf.finish(wait.recording)
        self._shelf.cover(wait.recording)
        return wait.recording.log.end

    def do_hello(self, client: Client, _: str) -> tuple[str | int, ...]:
        client.watches = True
        return PROTOCOL, VERSION, os.getpid()

    def do_limits(self, _: Client, __: str, *figures: str) -> tuple[str | int, ...]:
        *whole, seconds = figures
        segment, session, total, age = map(int, whole)
        self._shelf.set_limits(Limits(segment, session, total, age, float(seconds)))
        return ()

    def do_add(self, _: Client, __: str, name: str) -> tuple[str | int, ...]:
        if not name or "/" in name or name.startswith("."):
            raise Refusal("BAD_NAME", f"{name!r} cannot be a session")
        recording = self._shelf.add(name)
        self._register(recording)
        return (recording.log.end,)

    def do_follow(self, client: Client, _: str, name: str) -> tuple[str | int, ...]:
        """Where it is by now, if it is recorded: what it grew before may not have been told."""
        client.followed.add(name)
        recording = self._shelf.recordings.get(name)
        return (recording.log.end, recording.log.last_time) if recording else ()

    def do_unfollow(self, client: Client, _: str, name: str) -> tuple[str | int, ...]:
        client.followed.discard(name)
        return ()

    def do_drain(self, client: Client, number: str, name: str) -> None:
        self.waits.append(Wait(client, number, self._find(name), leaves=False))

    def do_remove(self, client: Client, number: str, name: str) -> None:
        recording = self._find(name)
        recording.is_leaving = True
        self.waits.append(Wait(client, number, recording, leaves=True))

    def do_mark(self, _: Client, __: str, name: str) -> tuple[str | int, ...]:
        recording = self._find(name)
        self._shelf.pump(recording)
        recording.mark_gap(self._shelf.now())
        return (recording.log.end,)

    def do_sweep(self, _: Client, __: str) -> tuple[str | int, ...]:
        self._shelf.sweep()
        return (self._shelf.removed_segments,)

    def do_facts(self, _: Client, __: str) -> tuple[str | int, ...]:
        shelf, all_ = self._shelf, list(self._shelf.recordings.values())
        failures = sorted({os.strerror(each.failure) for each in all_ if each.failure})
        return (
            len(all_),
            sum(each.waiting for each in all_),
            sum(each.gaps for each in all_),
            sum(each.lost_bytes for each in all_),
            shelf.kept_bytes,
            shelf.removed_segments,
            shelf.flusher.failures,
            "; ".join(failures) or shelf.flusher.last_error,
        )

    def do_leave(self, _: Client, __: str) -> tuple[str | int, ...]:
        """What daemons before 0.2 ask of a recorder that is not of their version."""
        self._leave()
        return ()

    def _find(self, name: str) -> Recording:
        found = self._shelf.recordings.get(name)
        if found is None:
            raise Refusal("NOT_RECORDED", f"{name} is not being recorded")
        return found
