"""Requests that nobody would send, made from the daemon's own description of what it takes."""

import json
import string
from collections.abc import Callable, Mapping
from random import Random
from typing import Any
from urllib.parse import quote

from attrs import define, field, frozen

Schema = Mapping[str, Any]

# What a request may really do here. All other acts are asked for with a body that is refused, or a
# thing that is not there, lest the fuzz starts ten thousand programs.
HARMLESS_ACTS = ("/api/tokens", "/api/tokens/{id}", "/api/auth/tickets")
COSTLY = (
    "/api/auth/service-token/rotate", "/api/audit/verify", "/openapi.json", "/docs", "/metrics",
    "/health", "/health/ready",
)  # fmt: skip
ODD_TEXTS = (
    "", "\0", "../../etc/passwd", "%00", "'; DROP TABLE tokens; --", "\u202e", "\U0001f600",
    "{}", "\x1b[2J", "x" * 5_000, "-1", "1e400", "$(id)", "#{id}", "\r\nX-Forged: 1", "null",
)  # fmt: skip
ODD_VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 2**31, 2**63, 2**64, 1.5, 1e308, [], {}, [[]], {"": {}}, "x" * 300,
)  # fmt: skip
ODD_BODIES = (
    b"", b"null", b"[]", b"{", b'{"a":1', b'{"a":1,"a":2}', b"\xff\xfe", b"[" * 2_000, b'"\\ud800"',
    b"NaN", b'{"name":' + b'{"a":' * 500 + b"1" + b"}" * 501, b"\xef\xbb\xbf{}", b"0" * 3_000,
)  # fmt: skip
ODD_HEADERS = (
    ("Authorization", "Bearer x"), ("Authorization", "Basic eDp5"), ("X-RDV-Service-Token", ""),
    ("X-RDV-User-ID", "nobody"), ("Origin", "https://evil.example"), ("Origin", "null"),
    ("Cookie", "a=b"), ("If-None-Match", '"x", W/"y"'), ("If-Match", "*"), ("Range", "bytes=0-1"),
    ("X-RDV-Deadline-Ms", "0"), ("X-RDV-Deadline-Ms", "99999999999"), ("Expect", "200-ok"),
    ("X-Request-ID", "\t"), ("Accept", "text/html"), ("Accept-Encoding", "br"), ("TE", "trailers"),
)  # fmt: skip
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE")


@frozen
class Operation:
    method: str
    path: str
    parameters: tuple[Schema, ...]
    body: Schema | None

    @property
    def weight(self) -> int:
        return 1 if self.path in COSTLY else 20

    @property
    def may_act(self) -> bool:
        return self.method == "GET" or self.path in HARMLESS_ACTS


@define
class Fuzz:
    """Everything comes from one seed. `known` are ids that exist, or did."""

    document: Schema
    random: Random
    known: list[str] = field(factory=list[str])
    operations: list[Operation] = field(init=False, factory=list[Operation])

    def __attrs_post_init__(self) -> None:
        self.operations = [
            Operation(
                method.upper(),
                path,
                tuple(operation.get("parameters", ())),
                _schema_of_body(operation),
            )
            for path, operations in self.document["paths"].items()
            for method, operation in operations.items()
        ]

    def request(self) -> bytes:
        weights = [operation.weight for operation in self.operations]
        (operation,) = self.random.choices(self.operations, weights)
        method, target, body = operation.method, self._target(operation), self._body(operation)
        if self._sometimes(20):
            method = self._one_of(METHODS)
        if self._sometimes(30):
            target = f"/{quote(self._odd_text()[:500], safe=self._one_of(('', '/', '/?&=%')))}"
        lines = [f"{method} {target} HTTP/1.1", "Host: rdvd"]
        lines += [f"{name}: {value}" for name, value in self._headers(body)]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + (body or b"")

    def _target(self, operation: Operation) -> str:
        path, pairs = operation.path, list[str]()
        for parameter in operation.parameters:
            name = parameter["name"]
            if parameter["in"] == "path":
                path = path.replace(f"{{{name}}}", quote(self._id(operation), safe=""))
            elif parameter["in"] == "query" and self._sometimes(2):
                value = self._value(parameter["schema"]) if self._sometimes(2) else self._odd_text()
                pairs.append(f"{name}={quote(str(value)[:500])}")
        if self._sometimes(20):
            pairs.append(f"{self._word()}={quote(self._odd_text()[:500])}")
        return f"{path}?{'&'.join(pairs)}" if pairs else path

    def _id(self, operation: Operation) -> str:
        if self.known and operation.may_act and self._sometimes(2):
            return self._one_of(self.known)
        return self._one_of((self._word(), self._odd_text()[:500] or "-"))

    def _headers(self, body: bytes | None) -> list[tuple[str, str]]:
        headers = [self._one_of(ODD_HEADERS) for _ in range(self.random.choice((0, 0, 0, 0, 1, 2)))]
        if self._sometimes(4):
            headers.append(("Idempotency-Key", f"key {self.random.randrange(40)}"))
        if body is not None:
            kinds = ("application/json",) * 20 + ("text/plain", "application/json; charset=x", "")
            headers += [("Content-Type", self._one_of(kinds)), ("Content-Length", str(len(body)))]
        return headers

    def _body(self, operation: Operation) -> bytes | None:
        if operation.method == "GET" and not self._sometimes(30):
            return None
        if self._sometimes(8):
            return self._one_of(ODD_BODIES)
        value = None if operation.body is None else self._value(operation.body)
        if isinstance(value, dict) and (not operation.may_act or self._sometimes(3)):
            value = self._spoilt(value, always=not operation.may_act)  # pyright: ignore[reportUnknownArgumentType]
        return None if value is None else json.dumps(value).encode()

    def _spoilt(self, value: dict[str, Any], *, always: bool) -> dict[str, Any]:
        if always or not value or self._sometimes(3):
            return {**value, self._word() + "_": self._one_of(ODD_VALUES)}
        name = self._one_of(list(value))
        if self._sometimes(2):
            return {**value, name: self._one_of((*ODD_VALUES, self._odd_text()))}
        return {other: each for other, each in value.items() if other != name}

    def _value(self, schema: Schema) -> Any:
        """Something that fits, or nearly."""
        if "$ref" in schema:
            return self._value(
                self.document["components"]["schemas"][schema["$ref"].split("/")[-1]]
            )
        for several in ("anyOf", "oneOf"):
            if several in schema:
                return self._value(self._one_of(schema[several]))
        if "enum" in schema:
            return self._one_of(schema["enum"])
        return self._by_type().get(schema.get("type", ""), lambda _: None)(schema)

    def _by_type(self) -> Mapping[str, Callable[[Schema], Any]]:
        return {
            "string": lambda _: self._word(),
            "integer": lambda schema: schema.get("minimum", 0) + self.random.randrange(5),
            "number": lambda schema: schema.get("minimum", 0) + self.random.random(),
            "boolean": lambda _: self._sometimes(2),
            "array": lambda schema: [self._value(schema["items"]) for _ in range(2)],
            "object": self._object,
        }

    def _object(self, schema: Schema) -> dict[str, Any]:
        needed = schema.get("required", ())
        return {
            name: self._value(member)
            for name, member in schema.get("properties", {}).items()
            if name in needed or self._sometimes(2)
        }

    def _word(self) -> str:
        return "".join(self.random.choices(string.ascii_lowercase, k=self.random.randint(1, 12)))

    def _odd_text(self) -> str:
        return self._one_of(ODD_TEXTS)

    def _one_of(self, several: Any) -> Any:
        return self.random.choice(several)

    def _sometimes(self, one_in: int) -> bool:
        return not self.random.randrange(one_in)


def _schema_of_body(operation: Schema) -> Schema | None:
    body: Any = operation.get("requestBody") or {}
    return body.get("content", {}).get("application/json", {}).get("schema")
