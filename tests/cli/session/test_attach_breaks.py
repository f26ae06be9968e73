"""`rdv attach` when the daemon dies under it, when it is ended itself, and when much comes."""

import os
import signal
import termios
from hashlib import sha256

import pytest

from rdvd.cli.attach.tty import Tty

from .house import House, seat


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_it_and_the_terminal_is_as_it_was(house: House, number: signal.Signals):
    name = f"ended-by-{number.name}"
    house.new(name)

    with seat(house, "a", name) as there:
        there.come_in()
        there.signal(number)
        assert there.leave() == 128 + number
        assert there.is_as_it_was
        assert "\x1b[?1049l" in there.said


def test_a_daemon_killed_and_started_again_costs_no_key_and_no_line(house: House):
    house.new("survivor")

    with seat(house, "a", "survivor") as there:
        there.come_in()
        # What is typed meanwhile is not shown amid a line.
        there.type("stty -echo; for i in $(seq 20); do echo line-$i; sleep 0.1; done; stty echo\r")
        there.see("line-3")
        house.end(signal.SIGKILL)
        there.see("the daemon is away; connecting again (~. detaches)")
        there.type("echo typed-$((60+6))-while-away\r")
        house.start()
        there.see("typed-66-while-away")
        there.type("\r~.")
        assert there.leave() == 0
        assert there.is_as_it_was
    lines = house.rdv("session", "logs", "survivor").out.splitlines()
    assert [each for each in lines if each.startswith("line-")] == [
        f"line-{number}" for number in range(1, 21)
    ]
    assert lines.count("typed-66-while-away") == 1


def test_a_daemon_that_stays_away_is_given_up_or_left(house: House):
    house.new("alone")

    with seat(house, "a", "alone", "--timeout=0.3") as there, seat(house, "a", "alone") as other:
        there.come_in()
        other.see("42begun")
        house.end(signal.SIGTERM)
        try:
            assert there.leave() == 6
            assert "has not come back within 0.3 s" in there.said
            assert "alone goes on without it" in there.said
            assert there.is_as_it_was
            other.see("the daemon is away")
            other.type("\r~.")
            assert other.leave() == 0
            assert "; the last 1 key may not have arrived" in other.said
            assert other.is_as_it_was
        finally:
            house.start()
    assert house.state_of("alone") == "active"


def test_keys_that_a_dead_daemon_may_not_have_passed_on_are_told_of_and_not_typed_twice(
    house: House,
):
    house.new("doubtful")

    with seat(house, "a", "doubtful") as there:
        there.come_in()
        house.stop()
        there.type_and_be_heard("doubt")
        there.see_silence()
        house.end(signal.SIGKILL)
        there.see("the daemon is away")
        house.start()
        there.see("the last 5 keys may not have arrived")
        there.type("\recho $((70+7))certain\r")
        there.see("77certain")
    assert "doubt" not in house.rdv("session", "logs", "doubtful").out


def test_a_large_paste_arrives_whole_while_much_is_printed(house: House):
    house.new("paste", "sh", "-c", "stty raw -echo; echo ready; head -c 300000 | sha256sum; cat")
    pasted = "".join(f"{number:07}\r" for number in range(37_500))

    with seat(house, "a", "paste") as there:
        there.see("ready")
        there.type(pasted)
        there.see(sha256(pasted.encode()).hexdigest())


def test_a_viewer_that_reads_nothing_for_a_while_sees_the_end_of_a_flood(house: House):
    house.new("flood")

    with seat(house, "a", "flood") as there:
        there.come_in()
        there.type("seq 300000; echo $((80+8))over\r")
        house.rdv("session", "wait", "flood", "88over", "--for=output", "--from-start")
        there.see("88over")
        there.type("\r~.")
        assert there.leave() == 0
        assert there.is_as_it_was


def test_somebody_else_may_stop_it_and_let_it_go_on(house: House):
    house.new("stopped")

    with seat(house, "a", "stopped") as there:
        there.come_in()
        there.signal(signal.SIGSTOP)
        house.rdv("session", "send", "stopped", "-e", "echo $((90+9))meanwhile")
        there.signal(signal.SIGCONT)
        there.see("99meanwhile")
        there.come_in()


def test_an_exception_leaves_the_terminal_as_it_was():
    master, slave = os.openpty()
    before = termios.tcgetattr(slave)

    with pytest.raises(ZeroDivisionError), Tty(slave, slave) as terminal:
        assert termios.tcgetattr(slave) != before
        terminal.show(b"\x1b[?1049hpicture")
        raise ZeroDivisionError

    assert termios.tcgetattr(slave) == before
    assert os.read(master, 4096).endswith(b"\x1b[?1049l")
    os.close(master)
    os.close(slave)
