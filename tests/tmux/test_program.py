"""Versions and abilities, judged from what tmux says of itself."""

import pytest

from rdvd.tmux.environment import cleaned
from rdvd.tmux.greeting import NEEDED, read_abilities, read_hello
from rdvd.tmux.program import judge
from rdvd.tmux.types import TargetGone, TmuxMisunderstood, TmuxRefused, refusal


@pytest.mark.parametrize(
    "said", ["tmux 3.2", "tmux 3.3a", "tmux next-3.6", "tmux 4.0", "tmux 3.10"]
)
def test_a_version_that_is_new_enough_needs_no_word(said: str):
    assert (judge(said).problem, judge(said).is_usable) == (None, True)


@pytest.mark.parametrize("said", ["tmux 3.1c", "tmux 2.9", "tmux 1.8"])
def test_a_version_that_is_too_old_is_refused_with_what_to_do(said: str):
    assert "install tmux 3.2 or newer" in (judge(said).problem or "")
    assert not judge(said).is_usable


@pytest.mark.parametrize("said", ["tmux master", "tmux openbsd-7.4", "", "something else"])
def test_a_version_that_nobody_knows_is_said_and_tried(said: str):
    assert "no version we know" in (judge(said).problem or "")
    assert judge(said).is_usable


def test_abilities_are_read_from_usages():
    able = read_abilities(
        (b"kill-session [-aC] [-t target-session]", b"start-server ", b"send-keys [-H] key ...")
    )

    assert able.can("kill-session", "aCt")
    assert not able.can("kill-session", "s")
    assert able.can("start-server")
    assert not able.can("wait-for")


def test_what_is_needed_and_missing_is_named():
    usages = tuple(f"{name} [-{flags}]".encode() for name, flags in NEEDED.items())
    older = tuple(usage.replace(b"send-keys [-H", b"send-keys [-") for usage in usages)

    assert read_abilities(usages).missing() is None
    assert (read_abilities(older).missing() or "").endswith("need: send-keys -H")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("can't find session: x", TargetGone),
        ("can't find pane: %7", TargetGone),
        ("duplicate session: x", TmuxRefused),
        ("parse error: unknown command: x", TmuxMisunderstood),
        ("unknown command: x", TmuxMisunderstood),
        ("invalid option: x", TmuxMisunderstood),
        ("", TmuxRefused),
    ],
)
def test_a_refusal_is_of_a_kind(text: str, kind: type[TmuxRefused]):
    found = refusal((text.encode(),))

    assert type(found) is kind
    assert found.detail


def test_a_server_that_does_not_say_who_it_is_is_not_understood():
    with pytest.raises(TmuxMisunderstood, match="does not tell its version"):
        read_hello((b"tmux",), ())


def test_only_named_variables_reach_a_server():
    environ = {
        "HOME": "/h",
        "LC_ALL": "C",
        "XDG_DATA_HOME": "/d",
        "API_KEY": "x",
        "PYTHONPATH": "y",
    }

    assert cleaned(environ) == {"HOME": "/h", "LC_ALL": "C", "XDG_DATA_HOME": "/d"}
