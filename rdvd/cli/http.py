"""One HTTP request over a Unix socket, blocking.

By hand, because the standard library's client costs a command three times an empty interpreter to
import, and half of what we promise a command as a whole: `./dev bench daemon` measures it. Of its
sockets only what is written in C is used, for the same reason.
"""

from _socket import AF_UNIX, socket
from collections.abc import Iterator, Mapping

LONGEST_LINE = 64 * 1024
MOST_HEADERS = 100
PIECE = 64 * 1024


class BadAnswer(ValueError):
    """What came is no HTTP, or ended in the middle."""


class Source:
    """What comes from a socket, in lines and in pieces."""

    def __init__(self, received: socket) -> None:
        self._socket = received
        self._kept = b""

    def line(self) -> str:
        while b"\n" not in self._kept and len(self._kept) < LONGEST_LINE:
            piece = self._socket.recv(PIECE)
            if not piece:
                break
            self._kept += piece
        line, end, rest = self._kept.partition(b"\n")
        if not end or len(line) >= LONGEST_LINE:
            raise BadAnswer("the answer ended in the middle of a line")
        self._kept = rest
        return line.rstrip(b"\r").decode("latin-1")

    def piece(self, size: int) -> bytes:
        """At most so much; nothing at the end."""
        piece = self._kept[:size] or self._socket.recv(size)
        self._kept = self._kept[size:]
        return piece


class Answer:
    """Its head has come; the body comes when it is asked for, once."""

    def __init__(self, status: int, headers: Mapping[str, str], source: Source) -> None:
        self.status = status
        self.headers = headers  # names in lower case
        self._source = source

    def read(self) -> bytes:
        return b"".join(self.pieces())

    def pieces(self) -> Iterator[bytes]:
        if self.headers.get("transfer-encoding", "").lower() == "chunked":
            return self._chunks()
        if "content-length" in self.headers:
            return self._exactly(_number(self.headers["content-length"], 10))
        return iter(lambda: self._source.piece(PIECE), b"")

    def _chunks(self) -> Iterator[bytes]:
        while size := _number(self._source.line().partition(";")[0], 16):
            yield from self._exactly(size)
            self._source.line()
        while self._source.line():
            pass

    def _exactly(self, size: int) -> Iterator[bytes]:
        while size > 0:
            piece = self._source.piece(min(size, PIECE))
            if not piece:
                raise BadAnswer(f"the answer ended {size} bytes too early")
            size -= len(piece)
            yield piece


class Exchange:
    """`with Exchange(path, seconds) as exchange: exchange.ask(...)`: one question, one answer."""

    def __init__(self, path: str, seconds: float | None) -> None:
        self._path = path
        self._seconds = seconds  # of silence

    def __enter__(self) -> "Exchange":
        self._socket = socket(AF_UNIX)
        self._source = Source(self._socket)
        try:
            self._socket.settimeout(self._seconds)
            self._socket.connect(self._path)
        except OSError:
            self._socket.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def ask(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Answer:
        if not target.startswith("/") or not target.isprintable() or " " in target:
            raise ValueError(f"this is no path of a request: {target!r}")
        own = {"Host": "rdvd", "Connection": "close"}
        if body is not None:
            own["Content-Length"] = str(len(body))
        lines = [f"{method} {target} HTTP/1.1", *_header_lines(own | dict(headers)), "", ""]
        self._socket.sendall("\r\n".join(lines).encode("ascii") + (body or b""))
        status = _status(self._source.line())
        return Answer(status, _headers(self._source), self._source)


def _header_lines(headers: Mapping[str, str]) -> list[str]:
    lines = [f"{name}: {value}" for name, value in headers.items()]
    if any(not line.isprintable() for line in lines):
        raise ValueError("a header holds what no header may hold")
    return lines


def _status(line: str) -> int:
    version, _, rest = line.partition(" ")
    if not version.startswith("HTTP/1."):
        raise BadAnswer(f"this is no HTTP: {line[:80]!r}")
    return _number(rest[:3], 10)


def _headers(source: Source) -> dict[str, str]:
    headers: dict[str, str] = {}
    while line := source.line():
        name, colon, value = line.partition(":")
        if not colon or len(headers) == MOST_HEADERS:
            raise BadAnswer(f"this is no header, or one too many: {line[:80]!r}")
        headers[name.lower()] = value.strip()
    return headers


def _number(text: str, base: int) -> int:
    digits = text.strip()
    if not digits.isalnum() or not digits.isascii():
        raise BadAnswer(f"this is no number: {text[:80]!r}")
    try:
        return int(digits, base)
    except ValueError as error:
        raise BadAnswer(f"this is no number: {text[:80]!r}") from error
