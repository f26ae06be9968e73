"""Names of branches, as git itself judges them, and the places that come of them."""

import os
import subprocess
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rdvd.worktrees.names import LONGEST_COMPONENT, BadBranch, check_branch
from rdvd.worktrees.places import default_places, slug

from .gits import environment

# What the rules are about, more often than chance would have it.
TRICKY = ["/", "//", ".", "..", ".lock", "@", "@{", "-", "HEAD", "~", "^", ":", "?", "*", "[",
          "\\", " ", "\t", "\x7f", "a", "feature", "ü", "\udc80", "refs/heads/", "{"]  # fmt: skip
names = st.lists(st.sampled_from(TRICKY) | st.text(max_size=3), max_size=6).map("".join)


def git_takes(name: str) -> bool:
    words = ["git", "check-ref-format", "--branch", name]
    done = subprocess.run(words, env=environment(Path("/")), capture_output=True, check=False)
    return done.returncode == 0 and done.stdout == os.fsencode(name) + b"\n"


def is_branch(name: str) -> bool:
    try:
        return check_branch(name) == name
    except BadBranch:
        return False


@given(names.filter(lambda name: name != "@" and not has_lone_surrogates(name)))
@settings(max_examples=150, deadline=None)
def test_a_name_is_good_if_git_takes_it_for_a_branch(name: str):
    assert git_takes(name) == is_branch(name)


def test_the_one_name_that_git_takes_and_we_do_not_means_something_else():
    assert git_takes("@")
    assert not is_branch("@")


def has_lone_surrogates(name: str) -> bool:
    """Which are the name of no file, as a zero byte is."""
    if "\0" in name:
        return True
    try:
        os.fsencode(name)
    except UnicodeEncodeError:
        return True
    return False


@pytest.mark.parametrize(
    "name", ["a\0b", "\ud800", "x" * (LONGEST_COMPONENT + 1), "a/" * 600 + "b"]
)
def test_what_can_be_no_file_is_refused_although_git_was_not_asked(name: str):
    with pytest.raises(BadBranch) as caught:
        check_branch(name)
    caught.value.detail.encode()


@given(names)
def test_a_slug_needs_no_quotes_in_any_shell(name: str):
    made = slug(name)

    assert made
    assert all(each.isascii() and (each.isalnum() or each in "._-") for each in made)
    assert not made.startswith(("-", "."))


def test_places_never_end_and_are_all_different():
    places = list(islice(default_places(Path("/src/tool.git"), "fix/a"), 50))

    assert places[:2] == [Path("/src/tool-fix-a"), Path("/src/tool-fix-a-2")]
    assert len(set(places)) == 50
