"""What git status does not tell of is in the trash with its worktree, and comes back with it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from .gits import Repo
from .ruins import (
    contents,
    fill_the_place_of_a_submodule,
    hide_a_link,
    lead_a_directory_elsewhere,
    nest_in_what_git_has,
    nest_what_is_broken,
)
from .yard import Yard


@pytest.mark.parametrize(
    "spoil",
    [nest_in_what_git_has, nest_what_is_broken, fill_the_place_of_a_submodule,
     lead_a_directory_elsewhere, hide_a_link],
)  # fmt: skip
async def test_what_git_does_not_tell_of_comes_back_too(
    yard: Yard, spoil: Callable[[Repo, Path], None]
):
    path = await yard.tree("fix")
    spoil(yard.repo, path)
    before = contents(path)
    await yard.remove(path, force=True)

    (entry,) = await yard.entries()
    await yard.trash.restore(entry)

    assert contents(path) == before
