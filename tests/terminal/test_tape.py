"""`mode=log`: every byte from any position on, and then as it comes."""

from pathlib import Path

from rdvd.bytelog import ByteLog

from .viewers import Cinema

HANDSHAKE = b"\x18\x1b\\\x1b[5n"  # the last thing that is printed, by the wrapper
PRINTS = "seq 1 20000; printf 'the end\\377\\n'; exec cat"
PRINTED = b"".join(b"%d\r\n" % number for number in range(1, 20_001)) + b"the end\xff\r\n"


async def test_all_that_was_printed_comes_then_what_is_printed_next(seats: Cinema) -> None:
    session = await seats.house.new("sh", "-c", PRINTS)
    viewer = await seats.watch(session, "mode=log", "rdv.v1")
    hello = await viewer.until("hello")
    assert (hello["mode"], hello["resumed"], hello["seq"]) == ("log", "replay", 0)
    await viewer.until_seen("the end")
    screen = await seats.watch(session)
    await screen.keys("more\r")
    await viewer.until_seen("more\r\nmore")
    assert viewer.output.startswith(PRINTED)


async def test_who_comes_back_gets_exactly_what_it_has_missed(seats: Cinema) -> None:
    session = await seats.house.new("sh", "-c", PRINTS)
    await seats.house.printed(session, b"the end")
    whole, seq = b"", 0
    while not whole.endswith(PRINTED[-8:]):
        viewer = await seats.watch(session, f"mode=log&seq={seq}", "rdv.v1")
        await viewer.until("output")
        whole += viewer.output
        assert viewer.seqs == [seq]
        seq += len(viewer.output)
        await viewer.socket.aclose()
    assert whole == PRINTED


async def test_a_session_that_has_ended_is_played_to_its_end(seats: Cinema) -> None:
    session = await seats.house.new("sh", "-c", "echo hello; exit 3")
    viewer = await seats.watch(session, "mode=log")
    assert (await viewer.until("exit"))["code"] == 3
    assert viewer.output.removesuffix(HANDSHAKE) == b"hello\r\n"
    assert await viewer.goodbye() == 1000


async def test_a_position_that_does_not_exist_yet_is_a_conflict(seats: Cinema) -> None:
    session = await seats.house.new("cat")
    viewer = await seats.watch(session, "mode=log&seq=1000000")
    assert await viewer.goodbye() == 4409


async def test_what_a_limit_has_removed_is_named_and_what_is_left_is_shown(
    seats: Cinema, tmp_path: Path
) -> None:
    session = await seats.house.new("sh", "-c", "seq 400000; echo the end; exec cat")
    await seats.house.printed(session, b"the end")
    log = seats.house.shop.home(session.id).path / "log"
    oldest = min(log.iterdir(), key=lambda each: each.name)
    number = oldest.name.split(".")[0]
    for each in log.glob(f"{number}.*"):
        each.unlink()
    viewer = await seats.watch(session, "mode=log")
    gap = await viewer.until("gap")
    assert gap["seq"] == 0
    await viewer.until_seen("the end")
    assert viewer.seqs[0] == gap["end"]


async def test_a_tape_takes_no_keys(seats: Cinema) -> None:
    session = await seats.house.new("cat")
    viewer = await seats.watch(session, "mode=log")
    await viewer.keys("x")
    assert (await viewer.until("error"))["code"] == "READ_ONLY"


async def test_a_wish_that_makes_no_sense_is_refused_by_name(seats: Cinema) -> None:
    session = await seats.house.new("cat")
    for query in ("cols=0", "mode=film", "rows=many", "colour=red"):
        viewer = await seats.watch(session, query)
        code = await viewer.goodbye()
        assert code in (1008, 4400), query


async def test_it_begins_after_a_moment_and_says_how_much_there_is(seats: Cinema) -> None:
    session = await seats.house.new("sh", "-c", "stty -echo; echo early; exec cat")
    await seats.house.printed(session, b"early")
    await seats.house.shop.recording.drain(session.id)
    moment = ByteLog(seats.house.shop.home(session.id).path).time_at(0)
    typist = await seats.watch(session)
    await typist.keys("late\r")
    await seats.house.printed(session, b"late\r\n")

    viewer = await seats.watch(session, f"mode=log&since={moment}", "rdv.v1")
    hello = await viewer.until("hello")
    await viewer.until_seen("late")

    assert (hello["seq"], hello["end"]) == (len(b"early\r\n"), len(b"early\r\nlate\r\n"))
    assert viewer.output == b"late\r\n"
