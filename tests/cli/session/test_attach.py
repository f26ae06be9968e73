"""`rdv attach` in real terminals, before a real daemon."""

import shlex

import pytest

from .house import PROGRAM, House, Seat, seat

CTRL_C, CTRL_Z = "\x03", "\x1a"


def test_what_is_typed_arrives_and_what_is_printed_is_seen(house: House):
    house.new("echo")

    with seat(house, "a", "echo") as there:
        there.come_in()
        there.type("printf '%s|' gr\u00fc\u00dfe 'a b'\r")
        there.see("gr\u00fc\u00dfe|a b|")
        there.type("\r~.")
        assert there.leave() == 0
        assert there.is_as_it_was
        assert "rdv: detached from echo, which goes on" in there.said
    assert house.state_of("echo") == "active"


def test_ctrl_c_is_the_programs(house: House):
    house.new("interrupted")

    with seat(house, "a", "interrupted") as there:
        there.come_in()
        there.type("sh -c 'echo $((40+4))up; exec sleep 1000'\r")
        there.see("44up")
        there.type(CTRL_C)
        there.see("ready> ")
        there.type("echo code=$?\r")
        there.see("code=130")


def test_the_size_is_that_of_the_terminal_and_follows_it(house: House):
    house.new("size")

    with seat(house, "a", "size") as there:
        there.come_in()
        there.type("stty size\r")
        there.see("24 80")
        there.type("trap 'stty size' WINCH; echo $((40+4))trapped\r")
        there.see("44trapped")
        there.see("ready> ")
        there.resize(30, 100)
        there.see("30 100")


def test_suspended_the_shell_has_its_terminal_and_fg_brings_the_picture_back(house: House):
    house.new("pause")

    with seat(house, below=("bash", "--norc", "--noprofile", "-i"), PS1="outer> ") as there:
        there.see("outer> ")
        before = settings_of_the_terminal(there)
        there.type(f"{shlex.join(PROGRAM)} a pause\r")
        there.come_in()
        there.type(f"\r~{CTRL_Z}")
        there.see("Stopped")
        there.see("outer> ")
        assert settings_of_the_terminal(there) == before
        house.rdv("session", "send", "pause", "-e", "echo $((30+3))later")
        there.type("fg\r")
        there.see("33later")
        there.type("\r~.")
        there.see("detached")
        there.see("outer> ")
        assert settings_of_the_terminal(there) == before


def settings_of_the_terminal(there: Seat) -> str:
    """As the shell in front has them."""
    there.type("echo $(stty -g) $((33+3))told\r")
    return there.see(" 36told").split()[-1]


@pytest.mark.parametrize(("words", "code"), [((), 0), (("--exit-code",), 7)])
def test_the_end_of_the_program_is_told(house: House, words: tuple[str, ...], code: int):
    name = f"ends-{code}"
    house.new(name)

    with seat(house, "a", name, *words) as there:
        there.come_in()
        there.type("exit 7\r")
        assert there.leave() == code
        assert there.is_as_it_was
        assert f"rdv: {name} has ended with code 7" in there.said


def test_a_session_that_is_suspended_or_closed_meanwhile_is_left_with_its_reason(house: House):
    house.new("asleep")

    with seat(house, "a", "asleep") as there:
        there.come_in()
        house.rdv("session", "suspend", "asleep")
        assert there.leave() == 4
        assert "rdv: asleep: the session is suspended (4409)" in there.said
        assert "`rdv session resume asleep`" in there.said
        assert there.is_as_it_was


def test_help_is_shown_and_goes_away_again(house: House):
    house.new("helped")

    with seat(house, "a", "helped") as there:
        there.come_in()
        there.type("\r~?")
        there.see("~. detach")
        there.type("echo $((50+5))after\r")
        there.see("\x1b[?1049h")
        there.see("55after")


def test_other_escapes_or_none_can_be_chosen(house: House):
    house.new("chosen")

    with seat(house, "a", "chosen", "--escape=%") as there:
        there.come_in()
        there.type("echo ~.\r")
        there.see("ready> ")
        there.type("\r%.")
        assert there.leave() == 0
    with seat(house, "a", "chosen", "--escape=none") as there:
        there.come_in()
        there.type("\r~.\r")
        there.type("echo $((11+11))on\r")
        there.see("22on")


def test_who_only_looks_types_nothing(house: House):
    house.new("shown")

    with seat(house, "a", "shown") as typist, seat(house, "a", "shown", "--read-only") as guest:
        typist.come_in()
        guest.see("42begun")
        guest.type("echo by-the-guest\r")
        typist.type("echo by-the-typist\r")
        guest.see("by-the-typist")
        guest.type("\r~.")
        assert guest.leave() == 0
    assert "by-the-guest" not in house.rdv("session", "screen", "shown").out


def test_without_a_terminal_it_says_what_to_do_instead(house: House):
    house.new("piped")

    said = house.rdv("a", "piped")

    assert said.code == 2
    assert "standard input is no terminal" in said.err
    assert "rdv session send piped" in said.err


def test_inside_of_a_session_it_does_not_attach_to_itself(house: House):
    id = house.new("itself")["id"]

    with seat(house, "a", "itself", RDV_SESSION_ID=id) as there:
        assert there.leave() == 4
        assert "--force does it all the same" in there.said
    with seat(house, "a", "itself", "--force", RDV_SESSION_ID=id) as there:
        there.come_in()


def test_what_is_not_there_is_said_before_anything_is_shown(house: House):
    with seat(house, "a", "no-such-session") as there:
        assert there.leave() == 3
        assert "there is no session no-such-session" in there.said
        assert "\x1b[" not in there.said


def test_a_new_session_can_be_attached_to_at_once(house: House):
    with seat(house, "new", "at-once", "-a", "--", "cat") as there:
        there.see("\x1b[?1049h")
        there.type("here\r\x04")
        there.see("here")
        there.leave()
        assert "at-once has ended with code 0" in there.said
