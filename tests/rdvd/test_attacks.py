"""Attacks on the whole daemon, from where an attacker stands: docs/security.md has the list."""

import gzip
import resource
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

import pytest
import trio

from tests.ground.http_client import ask, ask_on, connect

from .daemons import A_WHILE, Daemon, configure, living

GOOD_PAGE = "https://me.example"
FOREIGN_PAGES = (
    "", "null", "https://evil.example", "http://me.example", "https://me.example.evil.example",
    "https://me.example:8443", "HTTPS://ME.EXAMPLE", "http://localhost", "http://127.0.0.1:3000",
    "file://", f"{GOOD_PAGE}, {GOOD_PAGE}", f"{GOOD_PAGE}/",
)  # fmt: skip


async def test_pages_of_others_reach_no_route_at_all(tmp_path: Path):
    configure(tmp_path / "home", f"[server]\nallowed_origins = ['{GOOD_PAGE}']\n")
    async with living(tmp_path / "home") as daemon:
        paths = (await daemon.ask("GET", "/openapi.json")).json["paths"]
        routes = [(method.upper(), path) for path, methods in paths.items() for method in methods]
        for method, path in [*routes, ("OPTIONS", "/api/tokens"), ("GET", "/nowhere")]:
            async with await connect(daemon.socket) as stream:
                for page in FOREIGN_PAGES:
                    got = await ask_on(stream, method, path, b"", {"Origin": page})
                    assert (got.status, got.json["code"]) == (403, "ORIGIN_REFUSED"), (path, page)
                    assert not [name for name in got.headers if name.startswith("access-control")]
        async with await connect(daemon.socket) as stream:
            good = await ask_on(stream, "GET", "/api/user", None, {"Origin": GOOD_PAGE})

    assert len(routes) > 10
    assert good.status == 200


async def test_nobody_is_listened_to_but_on_unix_sockets(tmp_path: Path):
    """So no page that rebinds a name reaches us, whatever its Host says."""
    async with living(tmp_path / "home") as daemon:
        open_here = descriptors_of(daemon)
        network = {line.split()[9] for name in NETWORKS for line in lines_of(Path(name))}
        unix = {line.split()[6] for line in lines_of(Path("/proc/net/unix"))}

    assert open_here & unix
    assert open_here & network == set()


NETWORKS = ("/proc/net/tcp", "/proc/net/tcp6", "/proc/net/udp", "/proc/net/udp6")


def descriptors_of(daemon: Daemon) -> set[str]:
    """The numbers of its sockets, by which the kernel's tables know them."""
    links = set[str]()
    for each in Path(f"/proc/{daemon.process.pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # it was closed while we looked
            links.add(str(each.readlink()).removeprefix("socket:[").removesuffix("]"))
    return links


def lines_of(table: Path) -> list[str]:
    return table.read_text().splitlines() if table.exists() else []


@pytest.fixture
def cores_are_dumped() -> Generator[None]:
    """As far as it is for us to say, for whoever is started by us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))


async def test_no_token_is_in_the_environment_the_arguments_or_a_core_dump(
    tmp_path: Path, cores_are_dumped: None
):
    async with living(tmp_path / "home", anew=True) as daemon:
        token = (await daemon.ask("POST", "/api/tokens", {"name": "canary"})).json["token"]
        service = (daemon.home / "server" / "service-token").read_text().strip()
        about = Path(f"/proc/{daemon.process.pid}")
        shown = about.joinpath("environ").read_bytes() + about.joinpath("cmdline").read_bytes()
        (core,) = [line for line in lines_of(about / "limits") if "core file" in line]

    assert token.encode() not in shown
    assert service.encode() not in shown
    assert core.split()[4] == "0"


HOST = "Host: rdvd\r\n"
NEXT = "GET /api/user HTTP/1.1\r\nHost: rdvd\r\nX-Request-ID: smuggled\r\n\r\n"
AMBIGUOUS = {
    "a length and chunks": f"POST /api/tokens HTTP/1.1\r\n{HOST}Content-Length: 5\r\n"
    f"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{NEXT}",
    "two lengths": f"POST /api/tokens HTTP/1.1\r\n{HOST}Content-Length: 0\r\n"
    f"Content-Length: 44\r\n\r\n{NEXT}",
    "a length with a sign": f"POST /api/tokens HTTP/1.1\r\n{HOST}Content-Length: +0\r\n\r\n{NEXT}",
    "chunks of another coding": f"POST /api/tokens HTTP/1.1\r\n{HOST}"
    f"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{NEXT}",
    "two codings": f"POST /api/tokens HTTP/1.1\r\n{HOST}Transfer-Encoding: gzip, chunked\r\n\r\n"
    f"0\r\n\r\n{NEXT}",
    "a space before a colon": f"POST /health HTTP/1.1\r\n{HOST}Content-Length : 9\r\n\r\n{NEXT}",
    "a bare return": f"GET /health HTTP/1.1\r\n{HOST}X: a\rX-Forged: b\r\n\r\n{NEXT}",
    "a zero byte": f"GET /health HTTP/1.1\r\n{HOST}X: a\0b\r\n\r\n{NEXT}",
    "two hosts": f"GET /health HTTP/1.1\r\n{HOST}Host: other\r\n\r\n{NEXT}",
    "no host": f"GET /health HTTP/1.1\r\n\r\n{NEXT}",
    "a chunk of no size": f"POST /api/tokens HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\n\r\n"
    f"zz\r\n{NEXT}",
    "too many headers": f"GET /health HTTP/1.1\r\n{HOST}{'X: a' * 20_000}\r\n\r\n{NEXT}",
}


async def test_what_two_readers_would_read_differently_is_refused_and_the_rest_unread(
    tmp_path: Path,
):
    async with living(tmp_path / "home") as daemon:
        for kind, said in AMBIGUOUS.items():
            with trio.fail_after(A_WHILE):
                got = await say_and_listen(daemon.socket, said.encode())
            assert got.split()[1] in (b"400", b"431", b"501"), (kind, got)
            assert got.count(b"HTTP/1.1 ") == 1, (kind, got)
            assert b"smuggled" not in got, (kind, got)


async def say_and_listen(path: Path, said: bytes) -> bytes:
    """Up to the end, which may be a reset: not everything that was said has been read."""
    got = bytearray()
    async with await connect(path) as stream:
        with suppress(trio.BrokenResourceError):
            await stream.send_all(said)
            while part := await stream.receive_some():
                got += part
    return bytes(got)


async def test_a_compressed_body_is_not_opened(tmp_path: Path):
    bomb = gzip.compress(b'{"name": "' + b"a" * 10_000_000 + b'"}')
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    async with living(tmp_path / "home") as daemon:
        got = await ask(daemon.socket, "POST", "/api/tokens", bomb, headers)

    assert got.status in (400, 415)


async def test_no_answer_can_be_framed_sniffed_or_run_as_a_page(tmp_path: Path):
    paths = ("/docs", "/openapi.json", "/api/user", "/health", "/nowhere")
    async with living(tmp_path / "home") as daemon:
        answers = [await ask(daemon.socket, "GET", path) for path in paths]

    for got in answers:
        policy = got.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script-src" not in policy
        assert got.headers["x-content-type-options"] == "nosniff"
        assert got.headers["referrer-policy"] == "no-referrer"
