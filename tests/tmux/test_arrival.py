"""What is sent arrives at a real tmux as it was: arguments, formats, keys, pasted text."""

import tempfile
from collections.abc import Generator
from functools import partial
from pathlib import Path

import pytest
import trio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rdvd.tmux import (
    NewSession,
    TargetGone,
    Tmux,
    capture,
    exactly,
    literal,
    new_session,
    paste_text,
    pipe_pane,
    send_bytes,
    send_keys,
)

from .servers import serving

EVERY_BYTE = bytes(range(1, 256))
AWKWARD = (
    EVERY_BYTE, b";", b"a;", b"~", b"~root/x", b"a~", b"#{pane_id}", b"#(id)", b"%if", b"{ }", b" ",
    b"\n", b"\n\n", b'"', b"'", b"$HOME", b"\\", b"\\n", b"\\;", b"-t", b"--", b"\xff", b"\xc3",
)  # fmt: skip
ARGUMENTS = st.one_of(
    st.sampled_from(AWKWARD),
    st.binary(min_size=1, max_size=80).map(lambda data: data.replace(b"\0", b"\1")),
)
TEXTS = st.text(st.sampled_from("#[](){}%,;:=?!&|ab HSPT1\\\"'$~\n"), min_size=1, max_size=20)
with_one_server = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@with_one_server
@given(arguments=st.lists(ARGUMENTS, min_size=1, max_size=20))
def test_any_bytes_in_any_argument_arrive_unchanged(run: Path, arguments: list[bytes]):
    assert trio.run(partial(arrive, run, arguments)) == arguments


async def arrive(run: Path, arguments: list[bytes]) -> list[bytes]:
    """Through a buffer and a file, because what tmux prints it may print otherwise."""
    with tempfile.TemporaryDirectory(dir=run) as name:
        files = [Path(name, str(number)) for number in range(len(arguments))]
        async with serving(run) as tmux:
            server = await tmux.server_with_room()
            for argument, file in zip(arguments, files, strict=True):
                setting = ("set-buffer", "-b", "b", "--", argument)
                await tmux.batch(server, (setting, ("save-buffer", "-b", "b", str(file))))
            return [await trio.Path(file).read_bytes() for file in files]


@with_one_server
@given(texts=st.lists(TEXTS, min_size=1, max_size=20))
def test_nothing_that_is_made_literal_is_expanded(run: Path, texts: list[str]):
    trio.run(partial(expand, run, texts))


async def expand(run: Path, texts: list[str]) -> None:
    """tmux itself compares, so that nothing depends on how it prints."""
    async with serving(run) as tmux:
        server = await tmux.server_with_room()
        for text in texts:
            (_, _, same) = await tmux.batch(
                server,
                (
                    ("set-option", "-s", "@raw", text),
                    ("set-option", "-s", "-F", "@expanded", literal(text)),
                    ("display-message", "-p", "#{==:#{@raw},#{@expanded}}"),
                ),
            )
            assert same == (b"1",), text


@pytest.fixture
def bait(tmp_path: Path) -> Generator[str, None, None]:
    """What would leave a file behind if tmux ran it."""
    yield f"#(touch {tmp_path}/bitten)#{{pane_id}} %H"
    assert not (tmp_path / "bitten").exists()


async def test_no_name_directory_variable_option_or_command_runs_anything(
    run: Path, tmp_path: Path, bait: str
):
    directory = tmp_path / bait.replace("/", "_")
    directory.mkdir()
    script = 'printf "%s|%s|%s" "$1" "$PWD" "$V" >"$2"; exec cat'
    told = tmp_path / "told"
    new = NewSession(
        "rdv-bait", ("/bin/sh", "-c", script, "sh", bait, str(told)), str(directory),
        environment={"V": bait}, options={"@id": bait},
    )  # fmt: skip
    async with serving(run) as tmux:
        server = await tmux.server_with_room()
        created = await new_session(tmux, server, new)
        await pipe_pane(tmux, server, created.pane_id, f"printf '%s' '{bait}' >{tmp_path}/piped")
        await until_written(told)
        await until_written(tmp_path / "piped")

    assert told.read_text() == f"{bait}|{directory}|{bait}"
    assert (tmp_path / "piped").read_text() == bait


async def until_written(file: Path) -> None:
    while not is_written(file):  # noqa: ASYNC110 - another program writes it
        await trio.sleep(0.01)


def is_written(file: Path) -> bool:
    return file.exists() and file.stat().st_size > 0


async def reader(tmux: Tmux, server: int, file: Path, count: int) -> str:
    """A pane in which exactly so many bytes are read, raw, into a file; ready when this returns."""
    keep = f"head -c {count} >{file}.part; mv {file}.part {file}"
    script = f"stty raw -echo; printf ready; {keep}; exec cat"
    new = NewSession(f"rdv-{file.name}", ("/bin/sh", "-c", script), "/")
    pane = (await new_session(tmux, server, new)).pane_id
    while b"ready" not in b"".join(await capture(tmux, server, pane)):
        pass  # each look waits for tmux itself
    return pane


async def test_bytes_and_text_and_keys_reach_the_program_exactly(run: Path, tmp_path: Path):
    data = bytes(range(256)) * 40
    pasted = "naïve\n#(id) ; ~ \ttext " * 3
    long = "0123456789" * 10_000 + "\0end"
    typed, small, large, keys = (tmp_path / name for name in ("typed", "small", "large", "keys"))
    async with serving(run) as tmux:
        server = await tmux.server_with_room()
        pane = await reader(tmux, server, typed, len(data))
        await tmux.run(server, "copy-mode", "-t", pane)
        await send_bytes(tmux, server, pane, data)
        await paste_text(
            tmux, server, await reader(tmux, server, small, len(pasted.encode())), pasted
        )
        await paste_text(tmux, server, await reader(tmux, server, large, len(long)), long)
        await send_keys(
            tmux, server, await reader(tmux, server, keys, 5), "-t", "C-c", "Enter", "~"
        )
        for file in (typed, small, large, keys):
            await until_written(file)

    assert typed.read_bytes() == data
    assert small.read_text() == pasted
    assert large.read_bytes() == long.encode()
    assert keys.read_bytes() == b"-t\x03\r~"
    assert names_in(run) == ["tmux", "tmux-0.sock"]


def names_in(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


async def test_a_paste_that_fails_leaves_nothing_behind(run: Path):
    async with serving(run) as tmux:
        server = await tmux.server_with_room()
        for text in ("short", "long" * 30_000):
            with pytest.raises(TargetGone):
                await paste_text(tmux, server, "%77", text)
        assert await tmux.run(server, "list-buffers") == ()

    assert names_in(run) == ["tmux", "tmux-0.sock"]


async def test_what_a_daemon_that_was_killed_left_of_a_text_is_removed(run: Path):
    await trio.Path(run / "paste-rdv-0123").write_text("secret")
    async with serving(run):
        assert names_in(run) == ["tmux"]


async def test_a_paste_cannot_end_its_own_brackets(run: Path, tmp_path: Path):
    file = tmp_path / "pasted"
    bracketed = b"\x1b[200~a[201~b\x1b[201~"
    async with serving(run) as tmux:
        server = await tmux.server_with_room()
        script = (
            f"stty raw -echo; printf '\\033[?2004hready'; head -c {len(bracketed)} >{file}.part;"
            f" mv {file}.part {file}; exec cat"
        )
        new = NewSession("rdv-p", ("/bin/sh", "-c", script), "/")
        pane = (await new_session(tmux, server, new)).pane_id
        while b"ready" not in b"".join(await capture(tmux, server, pane)):
            pass  # as above
        await paste_text(tmux, server, pane, "a\x1b[201~b")
        await until_written(file)

    assert file.read_bytes() == bracketed


async def test_a_target_is_that_session_and_no_other(run: Path):
    async with serving(run) as tmux:
        server = await tmux.server_with_room()
        for name in ("rdv-1", "rdv-10"):
            await new_session(tmux, server, NewSession(name, ("cat", "-"), "/"))
        await tmux.run(server, "kill-session", "-t", exactly("rdv-1"))
        (refused,) = await tmux.attempt(server, [("has-session", "-t", exactly("rdv-1"))])
        await tmux.run(server, "has-session", "-t", exactly("rdv-10"))

    assert isinstance(refused, Exception)
