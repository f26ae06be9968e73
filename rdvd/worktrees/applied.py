"""Whether the base has what a branch has done, as other commits: squashed into one, or rebased.

Told by patches, in which white space does not count. So it is a proposal to a person: as long as
the branch alone holds its commits, no clean-up takes it. Where there is a doubt, the answer is no.
"""

from collections.abc import Mapping, Sequence

from actors import Refused

from .opened import Opened
from .recovery import SIGNED, commit_of

# One and the same commit however often somebody looks, so that nothing heaps up.
TIMELESS: Mapping[str, str] = {
    **SIGNED,
    **{f"GIT_{role}_DATE": "@0 +0000" for role in ("AUTHOR", "COMMITTER")},
}


async def is_applied(opened: Opened, head: str, base: str) -> bool:
    """Both are commits, and neither has all of the other."""
    try:
        parted = await opened.git.lines(opened.found.home, "merge-base", "--all", base, head)
        if len(parted) != 1 or not await _changes_something(opened, parted[0], head):
            return False
        return await _is_rebased(opened, head, base) or await _is_squashed(
            opened, head, base, parted[0]
        )
    except Refused:  # unrelated histories, a broken object, or it took too long
        return False


async def _changes_something(opened: Opened, parted: str, head: str) -> bool:
    words = ("rev-parse", f"{parted}^{{tree}}", f"{head}^{{tree}}")
    before, after = await opened.git.lines(opened.found.home, *words)
    return before != after


async def _is_rebased(opened: Opened, head: str, base: str) -> bool:
    """Commit by commit; a merge may hold more than patches tell."""
    words = ("rev-list", "--count", "--merges", f"{base}..{head}")
    if await opened.git.lines(opened.found.home, *words) != ["0"]:
        return False
    return _are_there(await opened.git.lines(opened.found.home, "cherry", base, head))


async def _is_squashed(opened: Opened, head: str, base: str, parted: str) -> bool:
    tree = f"{head}^{{tree}}"
    whole = await commit_of(opened, tree, "all of it", [parted], variables=TIMELESS)
    return _are_there(await opened.git.lines(opened.found.home, "cherry", base, whole))


def _are_there(lines: Sequence[str]) -> bool:
    """See git-cherry(1): a minus for what the base has."""
    return bool(lines) and all(line.startswith("- ") for line in lines)
