"""The command line's own HTTP: against a peer that says just these bytes, then closes."""

import socket
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rdvd.cli.http import BadAnswer, Exchange

A_WHILE = 10.0
OK = b"HTTP/1.1 200 OK\r\n"


@contextmanager
def answering(*pieces: bytes, heard: list[bytes] | None = None) -> Generator[str, None, None]:
    with (
        tempfile.TemporaryDirectory(prefix="rdv-") as short,
        socket.socket(socket.AF_UNIX) as bound,
    ):
        path = str(Path(short) / "s")
        bound.bind(path)
        bound.listen()

        def answer() -> None:
            peer, _ = bound.accept()
            with peer:
                question = peer.recv(65536)
                if heard is not None:
                    heard.append(question)
                for piece in pieces:
                    peer.sendall(piece)

        thread = Thread(target=answer)
        thread.start()
        try:
            yield path
        finally:
            thread.join()


def ask(path: str, body: bytes | None = None) -> tuple[int, bytes]:
    with Exchange(path, A_WHILE) as exchange:
        answer = exchange.ask("POST" if body else "GET", "/x?y=1", {"Accept": "*/*"}, body)
        return answer.status, answer.read()


def refused_for(why: str) -> "pytest.RaisesExc[ValueError]":
    return pytest.raises(ValueError, match=why)


def test_a_request_is_one_that_says_goodbye_at_once() -> None:
    heard: list[bytes] = []
    with answering(OK + b"Content-Length: 2\r\n\r\nhi", heard=heard) as path:
        assert ask(path, b"{}") == (200, b"hi")
    head = b"POST /x?y=1 HTTP/1.1\r\nHost: rdvd\r\nConnection: close\r\nContent-Length: 2\r\n"
    assert heard == [head + b"Accept: */*\r\n\r\n{}"]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=200_000), max_size=4))
def test_chunks_are_put_together(chunks: list[bytes]) -> None:
    body = b"".join(b"%x;ext=1\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    head = OK + b"Transfer-Encoding: chunked\r\n\r\n"
    with answering(head, body, b"0\r\nTrailer: 1\r\n\r\n") as path:
        assert ask(path) == (200, b"".join(chunks))


def test_without_a_length_the_end_of_the_connection_is_the_end() -> None:
    with answering(b"HTTP/1.0 404 Not Found\n\n", b"gone", b" away") as path:
        assert ask(path) == (404, b"gone away")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"", "middle of a line"),
        (b"SSH-2.0-OpenSSH\r\n", "no HTTP"),
        (b"HTTP/1.1 abc\r\n\r\n", "no number"),
        (OK + b"Content-Length: 10\r\n\r\nshort", "5 bytes too early"),
        (OK + b"Content-Length: -1\r\n\r\n", "no number"),
        (OK + b"Content-Length: 1_0\r\n\r\n", "no number"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab", "3 bytes too early"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", "no number"),
        (OK + b"no colon here\r\n\r\n", "no header"),
        (OK + b"".join(b"A%d: b\r\n" % number for number in range(101)), "one too many"),
        (OK + b"A: " + b"b" * 70_000, "middle of a line"),
        (OK + b"Content-Le", "middle of a line"),
    ],
)
def test_an_answer_that_is_none_is_an_error_with_a_reason(answer: bytes, why: str) -> None:
    with answering(answer) as path, pytest.raises(BadAnswer, match=why):
        ask(path)


@pytest.mark.parametrize("target", ["x", "", "/a b", "/a\r\nHost: evil", "/ü"])
def test_what_is_no_path_is_never_sent(target: str) -> None:
    heard: list[bytes] = []
    with (
        answering(heard=heard) as path,
        Exchange(path, A_WHILE) as exchange,
        refused_for(r"path|ascii"),
    ):
        exchange.ask("GET", target, {})
    assert heard == [b""]


def test_a_header_cannot_smuggle_another_one() -> None:
    smuggling = {"Authorization": "Bearer x\r\nX: y"}
    with answering() as path, Exchange(path, A_WHILE) as exchange, refused_for("header"):
        exchange.ask("GET", "/", smuggling)


def test_a_silent_peer_is_not_waited_for_for_ever() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="rdv-") as short,
        socket.socket(socket.AF_UNIX) as bound,
    ):
        bound.bind(path := f"{short}/s")
        bound.listen()
        with Exchange(path, 0.05) as exchange, pytest.raises(TimeoutError):
            exchange.ask("GET", "/", {})
