"""A backup through the API of a real daemon."""

from pathlib import Path

import trio

from rdvd.ground.backup import verify
from tests.rdvd.daemons import A_WHILE, Daemon, living


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def audited(daemon: Daemon) -> list[tuple[str, str | None, str | None]]:
    entries = (await daemon.ask("GET", "/api/audit?action=daemon.backup")).json["entries"]
    found = [each["entry"] for each in entries]
    return [(each["outcome"], each["object"], each["detail"]) for each in found]


async def test_it_is_whole_private_written_down_and_never_overwrites(tmp_path: Path):
    file = tmp_path / "copy"
    async with living(tmp_path / "home") as daemon:
        done = await daemon.ask("POST", "/api/backup", {"file": str(file)})
        again = await daemon.ask("POST", "/api/backup", {"file": str(file)})
        told = await audited(daemon)

    assert (done.status, done.json) == (201, {"file": str(file), "bytes": file.stat().st_size})
    assert file.stat().st_mode & 0o777 == 0o600
    verify(file)
    assert (again.status, again.json["code"]) == (409, "CONFLICT")
    assert told == [("failed", str(file), "CONFLICT"), ("accepted", str(file), None)]
    assert names(tmp_path) == {"home", "copy"}


async def test_a_repetition_with_its_key_is_answered_and_not_done_again(tmp_path: Path):
    file, key = tmp_path / "copy", {"Idempotency_Key": "a-backup"}
    async with living(tmp_path / "home") as daemon:
        first = await daemon.ask("POST", "/api/backup", {"file": str(file)}, **key)
        file.unlink()
        second = await daemon.ask("POST", "/api/backup", {"file": str(file)}, **key)

    assert (first.status, second.status, first.json) == (201, 201, second.json)
    assert not file.exists()


async def test_what_cannot_be_done_is_refused_with_its_reason_and_leaves_nothing(tmp_path: Path):
    (tmp_path / "folder").mkdir()
    async with living(tmp_path / "home") as daemon:

        async def refused(file: str) -> tuple[int, str]:
            answer = await daemon.ask("POST", "/api/backup", {"file": file})
            return answer.status, answer.json["detail"]

        assert (await refused("copy"))[0] == 400
        assert "absolute" in (await refused("copy"))[1]
        assert (await refused("/a\0b"))[0] == 400
        assert (await refused(str(tmp_path / "folder")))[0] == 400
        assert (await refused(str(tmp_path / "absent" / "copy")))[0] == 404
        assert (await refused("/proc/copy"))[0] == 409
        assert (await refused(str(tmp_path / ("a" * 300))))[0] == 409

    assert names(tmp_path) == {"folder", "home"}


async def test_only_the_owner_may(tmp_path: Path):
    file = tmp_path / "copy"
    async with living(tmp_path / "home") as daemon:
        token = (await daemon.ask("POST", "/api/tokens", {"name": "a program"})).json["token"]
        order, bearer = {"file": str(file)}, {"Authorization": f"Bearer {token}"}
        refused = await daemon.ask("POST", "/api/backup", order, **bearer)
        told = await audited(daemon)

    assert refused.status == 403
    assert told == [("refused", str(file), "FORBIDDEN")]
    assert not file.exists()


async def test_a_deadline_that_is_too_short_leaves_no_half_of_a_copy(tmp_path: Path):
    async with living(tmp_path / "home") as daemon:
        name = "n" * 100
        async with trio.open_nursery() as nursery:
            for _ in range(8):
                nursery.start_soon(daemon.ask, "POST", "/api/tokens", {"name": name})
        order = {"file": str(tmp_path / "copy")}
        with trio.fail_after(A_WHILE):
            late = await daemon.ask("POST", "/api/backup", order, X_RDV_Deadline_Ms="1")
            left = names(tmp_path)

    assert late.status == 504
    assert left == {"home"}
