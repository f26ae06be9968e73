"""For each attrs class a msgspec Struct that reads it strictly.

msgspec itself ignores unknown members of attrs classes and knows no unions of them; its own
Structs are strict, so each class gets one, derived from its fields and never written by hand.

A class may say how it looks on the wire:
`__wire_tag__ = "key"` puts `"type": "key"` into it, so that unions can be told apart;
`__wire_case__ = "camel"` renames its members both ways;
`__also_camel__ = True` lets a body use the camelCase spelling of its snake_case members.
"""

import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, TypeGuard, Union, get_args, get_origin

import attrs
import msgspec

SHADOWS: dict[type, type[msgspec.Struct]] = {}
ORIGINALS: dict[type, type] = {}
TAG_MEMBER = "type"
SHOWN_DEFAULTS = (str, int, float, bool, type(None))


def is_attrs_class(annotation: object) -> TypeGuard[type]:
    return isinstance(annotation, type) and attrs.has(annotation)


def shadow_type(annotation: Any, unfinished: tuple[type, ...] = ()) -> Any:
    """The same annotation with every attrs class in it replaced by its shadow."""
    if is_attrs_class(annotation):
        # A class that contains itself is named; its own shadow will know that name.
        return _later(annotation) if annotation in unfinished else shadow(annotation, unfinished)
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return Annotated[(shadow_type(inner[0], unfinished), *inner[1:])]
    if origin is None or origin is Literal:
        return annotation
    replaced = tuple(shadow_type(each, unfinished) for each in inner)
    return Union[replaced] if origin in (Union, types.UnionType) else origin[replaced]  # noqa: UP007


def shadow(cls: type, unfinished: tuple[type, ...] = ()) -> type[msgspec.Struct]:
    if cls not in SHADOWS:
        attrs.resolve_types(cls, include_extras=True)
        known = (*unfinished, cls)
        made = msgspec.defstruct(
            cls.__name__,
            [_member(field, known) for field in public_fields(cls)],
            forbid_unknown_fields=True,
            kw_only=True,
            rename=wire_case(cls),
            tag=wire_tag(cls),
            tag_field=TAG_MEMBER if wire_tag(cls) else None,
            namespace={"__doc__": cls.__doc__},
            module=cls.__module__,  # two classes of one name stay apart in the components
        )
        _remember(cls, made, unfinished)
    return SHADOWS[cls]


def _remember(cls: type, made: type[msgspec.Struct], unfinished: tuple[type, ...]) -> None:
    SHADOWS[cls], ORIGINALS[made] = made, cls
    if not unfinished:  # all shadows of this circle exist now, so their names can be resolved
        for one in _reachable(cls, set()):
            for other in _reachable(cls, set()):
                setattr(SHADOWS[one], _later(other), SHADOWS[other])


def _later(cls: type) -> str:
    """A name for a shadow that does not exist yet. By its own, msgspec would find the class."""
    return f"ShadowOf{cls.__name__}"


def _reachable(annotation: Any, seen: set[type]) -> Iterator[type]:
    if is_attrs_class(annotation):
        if annotation in seen:
            return
        seen.add(annotation)
        yield annotation
        for field in public_fields(annotation):
            yield from _reachable(field.type, seen)
    for inner in get_args(annotation):
        yield from _reachable(inner, seen)


def public_fields(cls: type) -> list["attrs.Attribute[Any]"]:
    return [field for field in attrs.fields(cls) if field.init and not field.name.startswith("_")]


def wire_tag(cls: type) -> str | None:
    return getattr(cls, "__wire_tag__", None)


def wire_case(cls: type) -> Literal["camel"] | None:
    return getattr(cls, "__wire_case__", None)


def wire_name(cls: type, name: str) -> str:
    return camel(name) if wire_case(cls) == "camel" else name


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)


def _member(field: "attrs.Attribute[Any]", unfinished: tuple[type, ...]) -> tuple[str, Any, Any]:
    annotation = shadow_type(Any if field.type is None else field.type, unfinished)
    if field.default is attrs.NOTHING:
        return field.name, annotation, msgspec.field()
    if type(field.default) in SHOWN_DEFAULTS:
        return field.name, annotation, msgspec.field(default=field.default)
    # The attrs class makes its own default: a factory may need the rest of the object.
    if isinstance(annotation, str):
        raise TypeError(f"{field.name}: write a class that contains itself as X | None or list[X]")
    return field.name, annotation | msgspec.UnsetType, msgspec.field(default=msgspec.UNSET)
