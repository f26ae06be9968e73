"""JSON to frozen attrs classes and back: strict, and with errors that name the path.

Limits stand in the types, `Annotated[str, msgspec.Meta(max_length=200)]`, and so reach OpenAPI.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, TypeVar, cast

import attrs
import msgspec

from rdvd.ground.errors import BadInput
from rdvd.ground.shadows import (
    ORIGINALS,
    TAG_MEMBER,
    camel,
    is_attrs_class,
    public_fields,
    shadow_type,
    wire_name,
    wire_tag,
)

T = TypeVar("T")
SCALARS = frozenset((str, int, float, bool, type(None)))
AT_PATH = re.compile(r"^(?P<what>.*?)(?: - at `(?P<path>.*)`)?$", re.DOTALL)
NAMED_MEMBER = re.compile(r"(?:unknown|required) field `(?P<member>.*?)`")
_decoders: dict[object, msgspec.json.Decoder[Any]] = {}


def decode(data: bytes, kind: type[T]) -> T:
    """The object that `data` describes; BadInput says where and why it does not."""
    try:
        if _takes_camel(kind):
            return build(msgspec.json.decode(data), kind)
        return cast(T, _restore(_decoder(kind).decode(data), "$"))
    except RecursionError:
        raise BadInput("$: nested too deeply") from None
    except msgspec.MsgspecError as error:
        raise _explain(error) from error


def build(value: object, kind: type[T], *, from_text: bool = False) -> T:
    """The same from parsed values; `from_text` reads numbers and booleans as a query has them."""
    try:
        plain = _to_snake(value, kind) if _takes_camel(kind) else value
        return cast(T, _restore(msgspec.convert(plain, _typed(kind), strict=not from_text), "$"))
    except msgspec.MsgspecError as error:
        raise _explain(error) from error


def encode(value: object) -> bytes:
    return msgspec.json.encode(_to_plain(value))


def schemas(kinds: Iterable[Any]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """JSON Schemas of these types, and the components that they refer to."""
    found, components = msgspec.json.schema_components(
        [_typed(kind) for kind in kinds], ref_template="#/components/schemas/{name}"
    )
    return list(found), components


def _typed(kind: Any) -> Any:
    return shadow_type(kind)


def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    if kind not in _decoders:
        _decoders[kind] = msgspec.json.Decoder(_typed(kind))
    return _decoders[kind]


def _explain(error: msgspec.MsgspecError) -> BadInput:
    """msgspec names the object that holds the trouble; we name the member itself."""
    found = AT_PATH.match(str(error))
    what, path = (found["what"], found["path"] or "$") if found else (str(error), "$")
    if member := NAMED_MEMBER.search(what):
        path = f"{path}.{member['member']}"
    return BadInput(f"{path}: {what}", path=path)


def _restore(value: Any, path: str) -> Any:
    """Shadows back to the attrs objects that they stand for."""
    if (cls := ORIGINALS.get(_class_of(value))) is not None:
        return _restore_object(cls, value, path)
    if isinstance(value, list | tuple | set | frozenset):
        several = cast(Iterable[Any], value)
        parts = (_restore(each, f"{path}[{index}]") for index, each in enumerate(several))
        return cast(Any, type(several))(parts)
    if isinstance(value, dict):
        entries = cast(dict[Any, Any], value)
        return {key: _restore(each, f"{path}[...]") for key, each in entries.items()}
    return value


def _restore_object(cls: type, value: Any, path: str) -> Any:
    members = {
        field.alias or field.name: _restore(member, f"{path}.{wire_name(cls, field.name)}")
        for field in public_fields(cls)
        if (member := getattr(value, field.name)) is not msgspec.UNSET
    }
    try:
        return cls(**members)
    except (ValueError, TypeError) as error:  # what validators of an attrs class say "no" with
        raise BadInput(f"{path}: {error}", path=path) from error


def _class_of(value: object) -> type:
    return type(value)


def _to_plain(value: Any) -> Any:
    cls = _class_of(value)
    if cls in SCALARS:
        return value
    if attrs.has(cls):
        return _members(value)
    if isinstance(value, Mapping):
        entries = cast(Mapping[Any, Any], value)
        return {key: _to_plain(each) for key, each in entries.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_to_plain(each) for each in cast(Iterable[Any], value)]
    return value


def _members(value: Any) -> dict[str, Any]:
    tag, names = _spelling(_class_of(value))
    named = {spelled: _to_plain(getattr(value, name)) for name, spelled in names}
    return named if tag is None else {TAG_MEMBER: tag, **named}


@cache
def _spelling(cls: type) -> tuple[str | None, tuple[tuple[str, str], ...]]:
    """Its tag, and its members with their names on the wire."""
    names = (field.name for field in attrs.fields(cls) if not field.name.startswith("_"))
    return wire_tag(cls), tuple((name, wire_name(cls, name)) for name in names)


def _takes_camel(kind: object) -> bool:
    return is_attrs_class(kind) and getattr(kind, "__also_camel__", False) is True


def _to_snake(value: object, kind: type) -> object:
    """Only members of the body itself: seed 000 nests none."""
    if not isinstance(value, dict):
        return value
    members = dict(cast(dict[str, object], value))
    for field in public_fields(kind):
        spelled = camel(field.name)
        if spelled != field.name and spelled in members:
            if field.name in members:
                raise BadInput(f"$.{spelled}: given twice, also as {field.name}", path="$")
            members[field.name] = members.pop(spelled)
    return members
