"""What goes back to a client: an answer is finished bytes, a reply is what a handler may return."""

from collections.abc import Mapping

from attrs import evolve, field, frozen

from rdvd.ground.flows import Flow
from rdvd.ground.json import encode
from rdvd.ground.problems import PROBLEM_TYPE, Trouble

JSON_TYPE = "application/json"
DONE = {"success": True}  # success is never an empty body


@frozen
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str]
    code: str | None = None  # of a problem, for the log
    flow: Flow | None = None  # what comes instead of the body

    def with_headers(self, headers: Mapping[str, str]) -> "Answer":
        return evolve(self, headers={**self.headers, **headers})


@frozen
class Reply:
    """For a handler that has more to say than a value: a status, headers, an ETag."""

    value: object = None
    status: int | None = None
    etag: str | None = None
    headers: Mapping[str, str] = field(factory=dict[str, str])


@frozen
class Text:
    """For a handler that does not speak JSON: a page, or metrics."""

    text: str
    content_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(factory=dict[str, str])


@frozen
class Binary:
    """For a handler that hands over bytes as they are."""

    body: bytes
    status: int | None = None
    content_type: str = "application/octet-stream"
    headers: Mapping[str, str] = field(factory=dict[str, str])


def answer_with(result: object, status: int) -> Answer:
    match result:
        case Text(text, content_type, headers):
            return Answer(status, text.encode(), {**headers, "Content-Type": content_type})
        case Binary(body, own, content_type, headers):
            return Answer(own or status, body, {**headers, "Content-Type": content_type})
        case Flow(content_type=content_type, status=own, headers=headers):
            told = {**headers, "Content-Type": content_type}
            return Answer(own or status, b"", told, flow=result)
        case Reply(value, own, etag, headers):
            tagged = {"ETag": etag, "Cache-Control": "private, no-cache"} if etag else {}
            return _as_json(value, own or status).with_headers({**tagged, **headers})
        case _:
            return _as_json(result, status)


def answer_trouble(trouble: Trouble, instance: str) -> Answer:
    headers = {"Content-Type": PROBLEM_TYPE, **trouble.headers}
    return Answer(trouble.status, trouble.document(instance), headers, trouble.code)


def _as_json(value: object, status: int) -> Answer:
    return Answer(status, encode(DONE if value is None else value), {"Content-Type": JSON_TYPE})
