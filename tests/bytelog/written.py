"""Logs made by the recorder's own code, step by step, beside a model of what they hold."""

import os
from pathlib import Path

from attrs import define, field
from hypothesis import strategies as st

from rdvd.recorder import LOG, Kind
from rdvd.recorder.log import Log

Step = tuple[bytes, int, int]  # what is printed, after how long, how much is lost before it
steps = st.lists(
    st.tuples(
        st.binary(max_size=300), st.integers(0, 100), st.sampled_from([0, 0, 0, 7]) | st.just(-1)
    ),
    max_size=15,
)


@define
class Model:
    held: dict[int, int] = field(factory=dict[int, int])
    times: dict[int, int] = field(factory=dict[int, int])
    gaps: list[tuple[int, int]] = field(factory=list[tuple[int, int]])
    end: int = 0

    def print(self, printed: bytes, now: int) -> None:
        for byte in printed:
            self.held[self.end], self.times[self.end] = byte, now
            self.end += 1

    @property
    def first(self) -> int:
        return min(self.held, default=self.end)

    def from_(self, offset: int, length: int) -> bytes:
        return bytes(self.held[offset + i] for i in range(length))


def record_all(all_: list[Step], directory: Path, segment_bytes: int) -> Model:
    """-1 lost marks a gap of unknown length, and lets a new recorder go on as after a crash."""
    model, now = Model(), 0
    log = Log(str(directory / LOG), segment_bytes)
    for printed, passed, lost in all_:
        now += passed
        if lost < 0:
            log.mark(now, Kind.UNPIPED)
            model.gaps += [(model.end, model.end)] * ((model.end, model.end) not in model.gaps)
            close_all(log)
            log = Log(str(directory / LOG), segment_bytes)
        elif lost:
            log.lose(lost, now, Kind.DISK_FULL)
            log.heal(now)
            model.gaps = [gap for gap in model.gaps if gap[0] != model.end]
            model.gaps.append((model.end, model.end + lost))
            model.end += lost
        _print(log, printed, now)
        model.print(printed, now)
    close_all(log)
    return model


def close_all(log: Log) -> None:
    """What the recorder flushes first, and closes then."""
    for segment in log.retired:
        segment.close()
    log.close()


def _print(log: Log, printed: bytes, now: int) -> None:
    """Through a real pipe, in pieces that it can hold."""
    reader, writer = os.pipe2(os.O_NONBLOCK)
    try:
        for at in range(0, len(printed), 4_096):
            left = os.write(writer, printed[at : at + 4_096])
            while left:
                left -= log.take(reader, left, now)
        log.cover(now)
    finally:
        os.close(reader)
        os.close(writer)
