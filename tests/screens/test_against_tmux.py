"""Whatever is printed, our screen is the one that tmux shows."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from .capture import emulator_afresh, ours
from .outputs import outputs, sessions
from .pane import ENDED, Pane
from .recordings import COLUMNS, PROGRAMS, ROWS, record

THOROUGHLY = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@given(output=outputs())
@THOROUGHLY
def test_any_output_shows_what_tmux_shows(pane: Pane, output: bytes):
    pane.afresh(20, 6)
    emulator = emulator_afresh(20, 6)

    pane.feed(output)
    emulator.feed(output)

    assert pane.shown() == ours(emulator.display)


@given(session=sessions())
@THOROUGHLY
def test_output_between_changes_of_size_shows_what_tmux_shows(
    pane: Pane, session: list[bytes | tuple[int, int]]
):
    pane.afresh(20, 6)
    emulator = emulator_afresh(20, 6)

    for part in session:
        if isinstance(part, bytes):
            pane.feed(part)
            emulator.feed(part + ENDED)
            emulator.display.joins = False  # which tmux forgets whenever it reads anew
        else:
            # It would walk past its last line, corrupt its memory and sooner or later crash.
            assume(not emulator.display.grid.lines[-1].wrapped)
            pane.resize(*part)
            emulator.resize(*part)

    assert pane.shown() == ours(emulator.display)


@given(data=st.binary(max_size=200))
@THOROUGHLY
def test_noise_shows_what_tmux_shows(pane: Pane, data: bytes):
    data = data.replace(b"\x1b[5n", b"")
    pane.afresh(20, 6)
    emulator = emulator_afresh(20, 6)

    pane.feed(data)
    emulator.feed(data)

    assert pane.shown() == ours(emulator.display)


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_a_real_program_prints_shows_what_tmux_shows(pane: Pane, program: str, tmp_path: Path):
    command, keys = PROGRAMS[program]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    output = record(command, keys, tmp_path)
    assert len(output) > 300

    for part in (1, 2, 3, 4, 5, 6):
        shown = output[: len(output) * part // 6]
        pane.afresh(COLUMNS, ROWS)
        emulator = emulator_afresh(COLUMNS, ROWS)
        pane.feed(shown)
        emulator.feed(shown + ENDED)

        assert pane.shown() == ours(emulator.display)
