"""How a server is started: by the best way there is, so that it outlives whoever started it.

There is no systemd in a test: its programs stand in here as scripts that do what they are asked.
"""

import os
import socket
from collections.abc import Generator
from pathlib import Path

import pytest
from attrs import frozen

from rdvd.tmux import TmuxUnavailable

from .servers import environment, pid_of, serving

SCOPE = """#!/bin/sh
echo "$@" >>"{log}"
while [ "$1" != -- ]; do shift; done
shift
exec "$@"
"""
CONTROL = """#!/bin/sh
echo "$@" >>"{log}"
case "$2" in
show) echo LoadState={state}; echo "ExecStart={{ argv[]={program} -D -S {socket} ; }}" ;;
start) {program} -S {socket} -f /dev/null new-session -d -s rdvd-gateway -- cat - ;;
esac
"""
BROKEN = "#!/bin/sh\necho 'Failed to connect to bus' >&2\nexit 1\n"


@frozen
class Manager:
    """What looks like a user's service manager to those who look for one."""

    folder: Path
    run: Path

    @property
    def environ(self) -> dict[str, str]:
        path = f"{self.folder}:{os.environ['PATH']}"
        return environment() | {"PATH": path, "XDG_RUNTIME_DIR": str(self.folder)}

    @property
    def asked(self) -> str:
        log = self.folder / "log"
        return log.read_text() if log.exists() else ""

    def has(self, name: str, script: str, state: str = "loaded", number: int = 0) -> None:
        program, file = self.run / "tmux", self.folder / name
        socket_path = self.run / f"tmux-{number}.sock"
        text = script.format(
            log=self.folder / "log", state=state, program=program, socket=socket_path
        )
        file.write_text(text)
        file.chmod(0o755)


@pytest.fixture
def manager(run: Path) -> Generator[Manager, None, None]:
    folder = run / "manager"
    (folder / "systemd").mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as private:
        private.bind(str(folder / "systemd" / "private"))
        private.listen()
        yield Manager(folder, run)


async def test_without_a_service_manager_it_is_a_daemon_of_its_own(run: Path):
    async with serving(run) as tmux:
        pid = pid_of(tmux, await tmux.server_with_room())
        (facts,) = tmux.facts().servers

    assert facts.way == "plain"
    assert os.getsid(pid) == pid
    assert parent_of(pid) != os.getpid()


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


async def test_a_unit_that_is_installed_for_this_socket_is_started(run: Path, manager: Manager):
    manager.has("systemctl", CONTROL)
    async with serving(run, manager.environ) as tmux:
        await tmux.server_with_room()
        (facts,) = tmux.facts().servers

    assert (facts.way, facts.condition) == ("unit", "ready")
    assert "--user start rdvd-tmux@0.service" in manager.asked


@pytest.mark.parametrize(("state", "number"), [("not-found", 0), ("loaded", 7)])
async def test_without_a_unit_for_this_socket_it_gets_a_scope(
    run: Path, manager: Manager, state: str, number: int
):
    manager.has("systemctl", CONTROL, state, number)
    manager.has("systemd-run", SCOPE)
    async with serving(run, manager.environ) as tmux:
        await tmux.server_with_room()
        (facts,) = tmux.facts().servers

    assert (facts.way, facts.condition) == ("scope", "ready")
    assert "--user --scope" in manager.asked
    assert "start rdvd" not in manager.asked


async def test_a_service_manager_that_fails_is_no_reason_to_have_no_sessions(
    run: Path, manager: Manager, caplog: pytest.LogCaptureFixture
):
    for name in ("systemctl", "systemd-run"):
        manager.has(name, BROKEN)
    async with serving(run, manager.environ) as tmux:
        await tmux.server_with_room()
        assert tmux.facts().servers[0].way == "plain"

    assert "tmux_launch" in [record.getMessage() for record in caplog.records]


def fake(run: Path, script: str) -> None:
    (run / "tmux").unlink()
    (run / "tmux").write_text(f"#!/bin/sh\n{script}\n")
    (run / "tmux").chmod(0o755)


async def test_without_tmux_the_daemon_says_what_to_install(run: Path):
    async with serving(run, program="no-such-tmux") as tmux:
        (said,) = await tmux.check()
        with pytest.raises(TmuxUnavailable, match=r"not found in PATH; install tmux 3\.2"):
            await tmux.server_with_room()

    assert "no-such-tmux is not found in PATH; install tmux" in said


async def test_a_tmux_that_is_too_old_is_never_started(run: Path):
    fake(run, f'[ "$1" = -V ] && echo "tmux 3.1c" || touch {run}/started')
    async with serving(run) as tmux:
        (said,) = await tmux.check()
        with pytest.raises(TmuxUnavailable, match=r"tmux 3\.1c is too old; install"):
            await tmux.server_with_room()

    assert "too old" in said
    assert not (run / "started").exists()


async def test_a_tmux_of_no_version_is_told_and_tried_by_what_it_can_do(run: Path):
    real = (run / "tmux").resolve()
    fake(run, f'[ "$1" = -V ] && echo "tmux master" || exec {real} "$@"')
    async with serving(run) as tmux:
        (said,) = await tmux.check()
        server = await tmux.server_with_room()
        assert await tmux.run(server, "display-message", "-p", "yes") == (b"yes",)

    assert "no version we know: 'tmux master'" in said


async def test_a_tmux_that_is_installed_meanwhile_is_found(run: Path):
    real = (run / "tmux").resolve()
    fake(run, 'echo "tmux 2.9"')
    async with serving(run) as tmux:
        with pytest.raises(TmuxUnavailable, match="too old"):
            await tmux.server_with_room()
        (run / "tmux").unlink()
        (run / "tmux").symlink_to(real)
        await tmux.server_with_room()
        assert await tmux.check() == ()


async def test_a_tmux_that_fails_to_start_says_why(run: Path):
    fake(run, '[ "$1" = -V ] && echo "tmux 3.5" || { echo "no terminal today" >&2; exit 1; }')
    async with serving(run) as tmux:
        with pytest.raises(TmuxUnavailable, match="no terminal today"):
            await tmux.server_with_room()
        with pytest.raises(TmuxUnavailable, match="no terminal today"):
            await tmux.server_with_room()
