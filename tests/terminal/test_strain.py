"""Slow viewers, floods, and ends that nobody asked for."""

import os
import signal
import subprocess

import trio

from actors import every
from rdvd.bytelog import ByteLog

from .viewers import Cinema, Viewer

KNOWN = ("ps", "tmux: ")
FLOOD = "while :; do seq 1 100000; done"


async def test_a_viewer_that_does_not_read_stops_nobody_else(seats: Cinema) -> None:
    session = await seats.house.new("sh", "-c", FLOOD)
    deaf = await seats.watch(session, "", "rdv.v1")
    await deaf.until("hello")
    viewer = await seats.watch(session)
    log = ByteLog(seats.house.shop.home(session.id).path)
    goal = await trio.to_thread.run_sync(lambda: log.end) + 3_000_000
    with trio.fail_after(20):
        async for _ in every(0.05):
            await viewer.hear()
            if await trio.to_thread.run_sync(lambda: log.end) > goal:
                break
    await viewer.keys("\x03")
    assert (await viewer.until("exit"))["signal"] == signal.SIGINT


async def test_a_flood_costs_a_viewer_pictures_and_not_every_line(seats: Cinema) -> None:
    session = await seats.house.new("sh", "-c", "read x; seq 1 500000; echo the end; exec cat")
    viewer = await seats.watch(session)
    await viewer.until("primary")
    await viewer.keys("\r")
    await viewer.until_seen("the end")
    assert len(viewer.output) < 1_500_000  # seq has printed 3.4 MB


async def test_after_a_key_in_a_flood_tmux_is_asked_to_draw_several_times(seats: Cinema) -> None:
    """It tells by a hook; by itself it would draw for this viewer when its time has come."""
    session = await seats.house.new("sh", "-c", f"stty -isig; {FLOOD}")
    tmux = seats.house.shop.tmux
    asked = "set-option -gaF @asked x ; if-shell -F '#{m:*xxxx*,#{@asked}}' 'wait-for -S asked'"
    await tmux.run(0, "set-hook", "-g", "client-resized", asked)
    viewer = await seats.watch(session)
    await viewer.until("primary")
    socket = str(seats.house.front.attach_target(session.id).socket)
    with trio.fail_after(20):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(type_on, viewer)
            await trio.run_process(["tmux", "-S", socket, "wait-for", "asked"])
            nursery.cancel_scope.cancel()


async def test_nothing_more_is_read_for_a_viewer_that_acknowledges_nothing(seats: Cinema) -> None:
    session = await seats.house.new("sh", "-c", "seq 1 300000; echo the end; exec cat")
    await seats.house.printed(session, b"the end")
    viewer = await seats.watch(session, "mode=log", "rdv.v1")
    window = (await viewer.until("hello"))["window"]
    with trio.move_on_after(1) as scope:
        while True:
            await viewer.hear()
    assert scope.cancelled_caught
    got = len(viewer.output)
    assert window <= got < window + 100_000
    await viewer.say("ack", seq=got)
    await viewer.until("output")
    assert viewer.seqs[-1] == got


async def test_an_acknowledgement_of_what_was_never_sent_is_nonsense(seats: Cinema) -> None:
    session = await seats.house.new("cat")
    viewer = await seats.watch(session, "", "rdv.v1")
    for _ in range(3):
        await viewer.say("ack", seq=10**9)
    assert await viewer.goodbye() == 1008
    assert [said["type"] for said in viewer.said].count("error") == 3


async def test_a_terminal_server_that_is_killed_is_told_as_such(seats: Cinema) -> None:
    session = await seats.house.new("cat")
    viewer = await seats.watch(session)
    await viewer.until("primary")
    (told,) = await seats.house.shop.tmux.run(0, "display-message", "-p", "#{pid}")
    os.kill(int(told), signal.SIGKILL)
    assert (await viewer.until("error"))["code"] == "LOST"
    assert await viewer.goodbye() == 4409


async def test_the_clients_of_viewers_who_leave_leave_too(seats: Cinema) -> None:
    before = children()
    session = await seats.house.new("cat")
    for _ in range(5):
        viewer = await seats.watch(session)
        await viewer.until("primary")
        await viewer.socket.aclose()
    async for _ in every(0.02):
        if seats.stages.viewers == 0 and not seats.census.total:
            break
    told = await seats.house.shop.tmux.run(0, "list-clients", "-F", "#{client_control_mode}")
    assert told == (b"1",)
    assert children() == before


async def type_on(viewer: Viewer) -> None:
    """A key for each output, since nobody knows when a flood has begun to be one."""
    while True:
        await viewer.until("output")
        await viewer.keys("k")


def children() -> list[str]:
    """Of this process, apart from those of the recorder and of tmux, which are nobody's."""
    me = str(os.getpid())
    told = subprocess.run(["ps", "-o", "comm=", "--ppid", me], capture_output=True, check=False)
    return [name for name in told.stdout.decode().splitlines() if not name.startswith(KNOWN)]
