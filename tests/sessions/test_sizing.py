"""What a session notes beside its log, so that its screens can be rebuilt."""

from rdvd.bytelog import HANDSHAKE, ByteLog, Grew
from rdvd.screens import read_sizes, screen_at
from rdvd.sessions import FEWEST_COLUMNS, SessionActor, Size

from .house import House


def rebuilt(log: ByteLog, offset: int) -> tuple[str, ...]:
    screen = screen_at(log, read_sizes(log.directory), log.directory, offset)
    return tuple(line for line in screen.text if line)


async def test_its_size_is_noted_at_birth_and_at_each_change(house: House):
    session = await house.new("cat", size=Size(100, 30))
    log = ByteLog(house.shop.home(session.id).path)
    actor = await house.front.actor(session.id)
    await actor.call(SessionActor.paste, "x" * 60, enter=False)
    await house.printed(session, b"x" * 60)
    await actor.call(SessionActor.resize, Size(FEWEST_COLUMNS + 20, 12))
    await actor.call(SessionActor.paste, "y", enter=True)
    await house.printed(session, b"xy\r\n" + b"x" * 60 + b"y\r\n")

    sizes = read_sizes(log.directory)
    told = [sizes.at(0), *sizes.between(0, log.end)]
    assert [(0, 100, 30), (60, FEWEST_COLUMNS + 20, 12)] == [
        (each.offset, each.columns, each.rows) for each in told
    ]
    assert session.created <= told[0].at <= told[1].at
    on_screen = [line for line in (await house.screen(session)).splitlines() if line]
    assert list(rebuilt(log, log.end)) == on_screen


async def test_a_relaunch_notes_its_size_where_its_output_begins(house: House):
    session = await house.new("echo", "first")
    await house.printed(session, b"first\r\n")
    actor = await house.front.actor(session.id)
    await actor.call(SessionActor.resize, Size(90, 20))
    await actor.call(SessionActor.restart)
    log = ByteLog(house.shop.home(session.id).path)

    sizes = read_sizes(log.directory)
    assert (90, 20) == (sizes.at(log.end).columns, sizes.at(log.end).rows)
    (begins,) = sizes.beginnings()
    assert rebuilt(log, begins - 1) == ("first",)
    await house.printed(session, b"first\r\n" + HANDSHAKE + b"first\r\n")
    assert rebuilt(log, log.end) == ("first",)  # and not twice


async def test_a_size_that_cannot_be_noted_harms_nobody(house: House):
    session = await house.new("cat")
    file = ByteLog(house.shop.home(session.id).path).directory / "sizes"
    file.unlink()
    file.symlink_to("/dev/full")
    actor = await house.front.actor(session.id)

    assert Size(90, 20) == (await actor.call(SessionActor.resize, Size(90, 20))).size


async def test_keyframes_know_nothing_of_a_session_that_was_discarded(house: House):
    session = await house.new("cat")
    keyframes = house.shop.keyframes
    await keyframes.note(Grew(session.id, 1, 0))
    assert session.id in keyframes.built
    await (await house.front.actor(session.id)).call(SessionActor.discard)

    assert session.id not in keyframes.built
