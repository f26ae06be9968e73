"""Bodies and queries into the types that a route has promised to its handler."""

from typing import Any, get_origin
from urllib.parse import parse_qs

from werkzeug.http import parse_options_header

from rdvd.ground.errors import BadInput, UnsupportedMedia
from rdvd.ground.json import build, decode
from rdvd.ground.repetition import refuse_repeated_members
from rdvd.ground.shadows import public_fields

MOST_PARAMETERS = 100


def parse_body(content_type: str | None, body: bytes, kind: Any) -> Any:
    if not body and content_type is None:
        return decode(b"{}", kind)  # nothing is said, as if by an object without members
    _check_json(content_type or "")
    parsed = decode(body, kind)
    try:
        refuse_repeated_members(body)
    except RecursionError:
        raise BadInput("$: nested too deeply") from None
    return parsed


def parse_query(query: bytes, kind: Any) -> Any:
    several = {
        field.name for field in public_fields(kind) if get_origin(field.type) in (list, tuple)
    }
    try:
        given = parse_qs(
            query.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_PARAMETERS
        )
    except ValueError as error:
        raise BadInput(f"query: {error}") from error
    found = {
        name: values if name in several else _only(name, values) for name, values in given.items()
    }
    return build(found, kind, from_text=True)


def _only(name: str, values: list[str]) -> str:
    if len(values) > 1:
        raise BadInput(f"$.{name}: given {len(values)} times", path=f"$.{name}")
    return values[0]


def _check_json(content_type: str) -> None:
    media, options = parse_options_header(content_type)
    is_json = media == "application/json" or (
        media.startswith("application/") and media.endswith("+json")
    )
    if not is_json:
        raise UnsupportedMedia(f"a JSON body is needed, this is {media or 'of no type'}")
    if options.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise UnsupportedMedia("JSON is UTF-8")
