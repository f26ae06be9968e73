"""Whose processes are whose: proven, or left alone."""

import os
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from rdvd.sessions.census import (
    Census,
    Marks,
    Traces,
    gather,
    look_around,
    look_near,
    mark_in,
    members,
)
from rdvd.sessions.dye import LOCKS, dye_of
from rdvd.sessions.ending import end_processes, freeze, thaw
from rdvd.sessions.processes import Process, command_of, is_alive, look_at, parse_stat, send

# A session with a child, a grandchild in a kernel session of its own, and one whose parent is gone.
FAMILY = """
sleep 100 &
setsid sleep 101 &
(setsid sleep 102 &)
echo ready
wait
"""


@contextmanager
def family(id: str, script: str = FAMILY) -> Generator[Traces, None, None]:
    environment = {**os.environ, "RDV_SESSION_ID": id}
    with subprocess.Popen(
        ["sh", "-c", script], env=environment, stdout=subprocess.PIPE, start_new_session=True
    ) as leader:
        assert leader.stdout is not None
        leader.stdout.readline()
        found = look_at(leader.pid)
        assert found is not None
        traces = Traces(id, leader.pid, found.born)
        try:
            wait_for_sleepers(traces, script)
            yield traces
        finally:
            for process in members(traces, look_around(frozenset())):
                send(process, signal.SIGKILL)


def wait_for_sleepers(traces: Traces, script: str) -> None:
    """What a shell has started is a program a moment later."""
    for _ in range(1_000):
        if len(seconds_slept(traces)) >= len(re.findall(r"sleep 10\d", script)):
            return
    raise AssertionError(script)


def seconds_slept(traces: Traces) -> set[str]:
    found = members(traces, look_around(frozenset()))
    commands = [command_of(each.pid) for each in found if each.name == "sleep"]
    return {command[1] for command in commands if len(command) == 2}


def test_children_those_that_left_and_those_whose_parent_is_gone_are_found():
    with family("one") as traces:
        assert {"100", "101", "102"} == seconds_slept(traces)


def test_once_the_leader_is_gone_the_mark_still_tells():
    with family("two") as traces:
        os.kill(traces.leader, signal.SIGKILL)
        assert {"100", "101", "102"} == seconds_slept(traces)


def test_a_stranger_with_the_number_of_our_leader_is_no_member():
    with family("three") as traces:
        stranger = Traces("another", traces.leader, traces.born - 1)

        assert [] == members(stranger, look_around(frozenset()))


def test_a_signal_reaches_the_very_process_or_nobody():
    with family("four") as traces:
        found = look_at(traces.leader)
        assert found is not None
        heir = Process(found.pid, found.born - 1, 0, 0, 0, 0, 0, "S", "sh")

        assert not send(heir, signal.SIGKILL)
        assert is_alive(found.pid, found.born)


async def test_ending_leaves_nobody_and_tells_so():
    with family("five") as traces:
        assert () == await end_processes(Census(), traces, grace=2)
        assert set() == seconds_slept(traces)


async def test_who_ignores_every_polite_signal_is_killed_after_the_grace():
    with family("six", "trap '' TERM HUP; sleep 100 & echo ready; wait") as traces:
        began = trio.current_time()

        assert () == await end_processes(Census(), traces, grace=0.2)

        assert trio.current_time() - began < 5
        assert set() == seconds_slept(traces)


async def test_who_only_its_environment_gives_away_is_asked_politely_as_well(tmp_path: Path):
    heard = tmp_path / "heard"
    stray = f"trap 'echo TERM > {heard}; exit' TERM; echo ready; sleep 101 & wait"
    with family("lost", f'(setsid sh -c "{stray}" &); sleep 100 & wait') as traces:
        near = {each.name for each in look_near(traces)}

        assert () == await end_processes(Census(), traces, grace=5)

        assert "TERM\n" == heard.read_text()
        assert set() == seconds_slept(traces)
    assert near == {"sh", "sleep"}


def test_near_are_those_with_its_dye_and_their_descendants_wherever_they_went():
    own = (LOCKS, (dye_of("dyed"), resource.getrlimit(LOCKS)[1]))
    stranger = Traces("dyed", 0, 0)
    with family("another", "setsid sleep 100 & echo ready; wait") as traces:
        resource.prlimit(traces.leader, *own)
        found = look_near(stranger)

        assert {"sh", "sleep"} == {each.name for each in found}
        assert traces.leader in {each.pid for each in found}


async def test_freezing_stops_everybody_and_thawing_lets_them_go_on():
    with family("seven") as traces:
        census = Census()

        await freeze(census, traces)
        assert {"T"} == await states(census, traces)

        await thaw(census, traces)
        assert "T" not in await states(census, traces)


async def states(census: Census, traces: Traces) -> set[str]:
    found = members(traces, await census.look())
    return {each.state for each in found if each.pid != traces.leader}


async def test_freezing_catches_up_with_those_who_multiply():
    multiply = "sh -c 'echo ready; while :; do sleep 0.001 & done' & wait"
    with family("eight", multiply) as traces:
        census = Census()

        await freeze(census, traces)

        before = {each.pid for each in members(traces, await census.look())}
        assert before == {each.pid for each in members(traces, await census.look())}
        await end_processes(census, traces, 0)


async def test_those_who_ask_at_once_share_a_look(monkeypatch: pytest.MonkeyPatch):
    looks: list[float] = []

    def look(spared: frozenset[int], before: Marks):
        looks.append(1)
        return gather({}, {}, {})

    monkeypatch.setattr("rdvd.sessions.census.look_around", look)
    census = Census()
    async with trio.open_nursery() as nursery:
        for _ in range(100):
            nursery.start_soon(census.look)

    assert len(looks) == 2  # the first one's, and one for all who came meanwhile


@given(st.dictionaries(st.from_regex(r"[A-Z_]{1,9}", fullmatch=True), st.text("abc=/", max_size=9)))
def test_the_mark_is_read_from_any_environment(variables: dict[str, str]):
    variables["RDV_SESSION_ID"] = "the-id"
    raw = b"".join(f"{name}={value}\0".encode() for name, value in variables.items())

    assert "the-id" == mark_in(raw)
    assert "" == mark_in(raw.replace(b"RDV_SESSION_ID=", b"XRDV_SESSION_ID="))


@given(st.text(st.characters(exclude_characters="\0\n", exclude_categories=["Cs"]), max_size=15))
def test_a_process_may_be_named_as_it_likes(name: str):
    stat = f"12 ({name}) S 1 2 3 34816 5 0 0 0 0 0 0 0 0 0 20 0 1 0 777 0".encode()

    process = parse_stat(stat)

    assert (12, 777, 1, 2, 3) == (
        process.pid,
        process.born,
        process.parent,
        process.group,
        process.session,
    )


# With a mark or a kernel session in common it would be found without its dye. It says itself that
# it is there, and stays until it is ended.
DYED = """
{ ulimit -S -w "$0" || ulimit -S -x "$0"; } 2> /dev/null
env -i setsid sh -c '{ echo ready; read _; } <&3 &' 3<&0
"""


@contextmanager
def escaped(id: str) -> Generator[Traces, None, None]:
    with subprocess.Popen(
        ["sh", "-c", DYED, str(dye_of(id))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as leader:
        assert leader.stdout is not None
        leader.stdout.readline()
        leader.wait()
        yield Traces(id, leader.pid, 0)


async def test_whoever_left_kernel_session_parent_and_environment_still_shows_the_dye():
    with escaped("nine") as traces:
        there = members(traces, look_around(frozenset()))
        assert traces.leader not in {each.session for each in there}
        assert {"sh"} == {each.name for each in there}

        assert () == await end_processes(Census(), traces, grace=2)

        assert [] == [each for each in there if is_alive(each.pid, each.born)]


def test_a_program_started_in_the_same_process_is_looked_at_anew():
    script = "echo ready; read _; RDV_SESSION_ID=ten exec sh -c 'echo again; read _'"
    with subprocess.Popen(
        ["sh", "-c", script], env={"A": "b"}, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        before = look_around(frozenset())
        process.stdin.write(b"\n")
        process.stdin.flush()
        process.stdout.readline()

        after = look_around(frozenset(), before.marks)

        assert "ten" not in before.marked
        assert {process.pid} == after.marked["ten"]
        process.kill()


def test_who_was_started_in_a_session_can_wash_off_its_dye():
    script = "import resource; from rdvd.sessions.dye import dye_in, wash_off; import os;"
    script += "resource.setrlimit(10, (1 << 56, -1)); print(dye_in(0) > 0); wash_off();"
    script += "print(dye_in(os.getpid()))"

    said = subprocess.check_output([sys.executable, "-c", script], text=True)

    assert ["True", "0"] == said.split()
