"""Who is busy with a repository is counted until the last of them is done."""

from rdvd.worktrees import Rooms


async def test_who_came_while_an_idle_repository_was_put_to_rest_is_still_counted():
    rooms = Rooms()

    with rooms.working("a"):
        rooms.forget("a")  # its actor had nothing to do, and was ended
        assert not rooms.is_idle("a", 0)

    assert rooms.is_idle("a", 0)
