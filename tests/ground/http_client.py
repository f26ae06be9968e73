"""A client that may be rude: h11 for what is asked, bare sockets for what nobody should send."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h11
import trio
from attrs import frozen

READ_AT_ONCE = 65536


@frozen
class Got:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


async def connect(path: Path) -> trio.SocketStream:
    return await trio.open_unix_socket(path)


async def ask(
    path: Path,
    method: str,
    target: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Got:
    """One request on a connection of its own."""
    async with await connect(path) as stream:
        return await ask_on(stream, method, target, body, headers)


async def ask_json(
    path: Path, method: str, target: str, value: object, headers: Mapping[str, str] | None = None
) -> Got:
    return await ask(path, method, target, *as_json(value, headers))


def as_json(
    value: object, headers: Mapping[str, str] | None = None
) -> tuple[bytes, dict[str, str]]:
    return json.dumps(value).encode(), {"Content-Type": "application/json", **(headers or {})}


async def ask_on(
    stream: trio.SocketStream,
    method: str,
    target: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Got:
    length = {} if body is None else {"Content-Length": str(len(body))}
    names = {"Host": "rdvd", **length, **(headers or {})}
    connection = h11.Connection(h11.CLIENT)
    request = h11.Request(method=method, target=target, headers=list(names.items()))
    head = connection.send(request) or b""
    data = connection.send(h11.Data(data=body)) or b"" if body else b""
    await stream.send_all(head + data + (connection.send(h11.EndOfMessage()) or b""))
    return await read_answer(stream, connection)


async def read_answer(stream: trio.SocketStream, connection: h11.Connection) -> Got:
    status, headers, body = 0, dict[str, str](), bytearray()
    while True:
        match connection.next_event():
            case h11.NEED_DATA:
                connection.receive_data(await stream.receive_some(READ_AT_ONCE))
            case h11.Response(status_code=status, headers=found):
                headers = {name.decode().lower(): value.decode() for name, value in found}
            case h11.Data(data=data):
                body += data
            case h11.EndOfMessage():
                return Got(status, headers, bytes(body))
            case h11.ConnectionClosed():
                raise EOFError("closed without an answer")
            case _:
                pass


async def read_to_the_end(stream: trio.SocketStream) -> bytes:
    return b"".join([part async for part in stream])


async def say(path: Path, data: bytes) -> bytes:
    """Whatever these bytes mean, up to the end of the connection."""
    async with await connect(path) as stream:
        await stream.send_all(data)
        return await read_to_the_end(stream)


def assert_problem(got: Got, status: int, code: str) -> None:
    document = got.json
    assert got.status == status
    assert got.headers["content-type"] == "application/problem+json"
    assert document["code"] == code
    assert document["status"] == status
    assert document["instance"] == got.headers["x-request-id"]
    assert {"type", "title", "detail", "error", "message"} <= document.keys()
