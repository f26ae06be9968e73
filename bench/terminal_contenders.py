"""Keys and floods, through one way to a session's screen or another."""

import multiprocessing
import tempfile
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from math import ceil
from pathlib import Path
from random import Random
from time import perf_counter

from attrs import frozen

from .living import Asking, place, processor_seconds
from .terminal_programs import ECHO, LAST_NUMBER, Flooder, flooder, write_log
from .terminal_screens import InBinary, InJson, OnSocket, Viewer, watch
from .terminal_ways import Bare, Door, Kind, NodePty, Ours, Screens, Ttyd
from .types import BenchFailed

BETWEEN_KEYS = (0.008, 0.030)
FLOODS_FIRST = 0.7
QUIET = 0.3
LONGEST_ECHO, LONGEST_FLOOD, LONGEST_STOP = 5.0, 120.0, 10.0
LETTERS = b"abcdefghijklmnopqrstuvwxyz"
Figures = dict[str, float]


@frozen
class Scene:
    asking: Asking
    door: Door
    folder: Path

    def viewers(self, session: str, count: int, rate: float | None = None) -> list[Viewer]:
        """Before a screen that has been drawn and is quiet."""
        viewers = [Viewer(self.door.enter(session), rate) for _ in range(count)]
        _rest(viewers, QUIET)
        return viewers


@frozen
class Contender:
    kind: Kind

    def echo_idle(self, keys: int) -> Figures:
        with self._scene() as scene:
            return _typed(_before_echo(scene), keys)

    def echo_beside_flood(self, keys: int) -> Figures:
        with self._scene() as scene, _flooded(scene, viewers=1):
            return _typed(_before_echo(scene), keys)

    def pings_beside_flood(self, pings: int) -> Figures:
        """How late the server's loop gets to somebody else while ten watch a flood."""
        with self._scene() as scene, _flooded(scene, viewers=10):
            viewer = _before_echo(scene)
            return _percentiles([_ping(viewer) for _ in range(pings)])

    def flood_1(self, times: int) -> Figures:
        return self._flood(times, 1, None)

    def flood_10(self, times: int) -> Figures:
        return self._flood(times, 10, None)

    def flood_1_at_1_mb(self, times: int) -> Figures:
        return self._flood(times, 1, 1e6)

    def flood_10_at_1_mb(self, times: int) -> Figures:
        return self._flood(times, 10, 1e6)

    def flood_1_at_200_kb(self, times: int) -> Figures:
        return self._flood(times, 1, 2e5)

    def flood_10_at_200_kb(self, times: int) -> Figures:
        return self._flood(times, 10, 2e5)

    def _flood(self, times: int, count: int, rate: float | None) -> Figures:
        with self._scene() as scene, flooder(scene.asking, scene.folder) as source:
            log = write_log(scene.folder / "log")
            viewers = scene.viewers(source.session, count, rate)
            pid = scene.door.pid
            taken = [_one_flood(source, f"cat '{log}'", viewers, pid) for _ in range(times)]
            counted = [_one_flood(source, f"seq {LAST_NUMBER}", viewers, pid) for _ in range(times)]
            stops = [_stop(source, f"while :; do cat '{log}'; done", viewers) for _ in range(times)]
        figures = {
            f"{work} {name}": _mean([each[name] for each in floods])
            for work, floods in (("cat", taken), ("seq", counted))
            for name in floods[0]
        }
        return figures | {"stop": _mean(stops)}

    @contextmanager
    def _scene(self) -> Generator[Scene, None, None]:
        with ExitStack() as held:
            where = held.enter_context(place())
            folder = held.enter_context(tempfile.TemporaryDirectory(prefix="rdv-"))
            daemon = held.enter_context(where.daemon())
            asking = held.enter_context(where.asking())
            door = held.enter_context(self.kind.serving(Screens(where, daemon.pid)))
            yield Scene(asking, door, Path(folder))


def _before_echo(scene: Scene) -> Viewer:
    return scene.viewers(scene.asking.new(*ECHO), 1)[0]


def _typed(viewer: Viewer, keys: int) -> Figures:
    """Each key by itself, at a moment that fits no rhythm of anybody's."""
    chance, taken = Random(7), list[float]()
    for number in range(keys):
        _rest([viewer], chance.uniform(*BETWEEN_KEYS))
        letter = LETTERS[number % len(LETTERS)]
        key = bytes((letter,))
        viewer.expect(key)
        began = perf_counter()
        viewer.way.type(key)
        if not watch([viewer], lambda: viewer.has_seen, LONGEST_ECHO):
            raise BenchFailed(f"{key!r} was never echoed")
        taken.append(perf_counter() - began)
    return _percentiles(taken)


def _ping(viewer: Viewer) -> float:
    _rest([viewer], BETWEEN_KEYS[0])
    way = viewer.way
    assert isinstance(way, OnSocket)
    pongs, began = way.pongs, perf_counter()
    way.ping()
    if not watch([viewer], lambda: way.pongs > pongs, LONGEST_ECHO):
        raise BenchFailed("a ping was never answered")
    return perf_counter() - began


def _one_flood(
    source: Flooder, command: str, viewers: Sequence[Viewer], pid: int | None
) -> Figures:
    sizes = sum(viewer.size for viewer in viewers)
    frames = sum(viewer.way.frames for viewer in viewers)
    busy = processor_seconds(pid) if pid else 0.0
    printed_at: list[float] = []
    began = perf_counter()
    _order(source, command, viewers)

    def is_over() -> bool:
        if not printed_at and source.has_printed:
            printed_at.append(perf_counter())
        return bool(printed_at) and all(viewer.has_seen for viewer in viewers)

    if not watch(viewers, is_over, LONGEST_FLOOD):
        raise BenchFailed("a flood never came to its end")
    return {
        "seconds": printed_at[0] - began,
        "bytes": (sum(viewer.size for viewer in viewers) - sizes) / len(viewers),
        "frames": (sum(viewer.way.frames for viewer in viewers) - frames) / len(viewers),
        "processor": processor_seconds(pid) - busy if pid else 0.0,
    }


def _stop(source: Flooder, command: str, viewers: Sequence[Viewer]) -> float:
    """From Ctrl-C of the first viewer to the last one's seeing that it is over."""
    _order(source, command, viewers)
    _rest(viewers, FLOODS_FIRST)
    began = perf_counter()
    viewers[0].way.type(b"\x03")
    if not watch(viewers, lambda: all(viewer.has_seen for viewer in viewers), LONGEST_STOP):
        return LONGEST_STOP
    seconds = perf_counter() - began
    watch(viewers, lambda: source.has_printed, LONGEST_STOP)
    return seconds


def _order(source: Flooder, command: str, viewers: Sequence[Viewer]) -> None:
    mark = source.order(command)
    for viewer in viewers:
        viewer.expect(mark)


@contextmanager
def _flooded(scene: Scene, *, viewers: int) -> Generator[None, None, None]:
    """Another session floods, and others watch it, in a process that is not ours."""
    log = write_log(scene.folder / "log")
    with flooder(scene.asking, scene.folder) as source:
        watching = scene.viewers(source.session, viewers)
        source.order(f"while :; do cat '{log}'; done")
        audience = multiprocessing.get_context("fork").Process(
            target=watch, args=(watching, bool, float("inf")), daemon=True
        )
        audience.start()
        try:
            yield
        finally:
            audience.kill()
            audience.join()


def _rest(viewers: Sequence[Viewer], seconds: float) -> None:
    watch(viewers, bool, seconds)


def _percentiles(taken: Sequence[float]) -> Figures:
    in_order = sorted(taken)
    return {name: in_order[ceil(len(in_order) * part) - 1] for name, part in
            (("p50", 0.5), ("p99", 0.99))}  # fmt: skip


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


ours, plain = Contender(Ours(InBinary)), Contender(Ours(InJson))
bare, ttyd, node_pty = Contender(Bare()), Contender(Ttyd()), Contender(NodePty())
