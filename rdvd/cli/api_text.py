"""An OpenAPI document as plain text: each route with what it takes and what it answers."""

from collections.abc import Iterator
from typing import Any

Part = dict[str, Any]  # Any: a piece of an OpenAPI document


def api_text(document: Part) -> str:
    info = document["info"]
    heading = f"{info['title']} {info['version']}"
    lines = [heading, "=" * len(heading)]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            lines += ["", *_operation(f"{method.upper()} {path}", operation)]
    lines += ["", "Types", "-----"]
    for name, schema in document["components"]["schemas"].items():
        lines += ["", *_schema(name, schema)]
    return "\n".join(lines)


def _operation(name: str, operation: Part) -> Iterator[str]:
    yield name
    yield f"    {operation['summary']} (for: {operation['x-rdv-who']})"
    for parameter in operation["parameters"]:
        need = "" if parameter.get("required") else ", optional"
        yield f"    {parameter['in']} {parameter['name']}: {kind(parameter['schema'])}{need}"
    if body := operation.get("requestBody"):
        yield f"    body: {_content(body)}"
    by_answer: dict[str, list[str]] = {}
    for status, answer in operation["responses"].items():
        by_answer.setdefault(_content(answer) or answer["description"], []).append(status)
    for answer, statuses in by_answer.items():
        yield f"    {', '.join(statuses)}: {answer}"


def _content(part: Part) -> str:
    return ", ".join(
        kind(content.get("schema", {})) for content in part.get("content", {}).values()
    )


def _schema(name: str, schema: Part) -> Iterator[str]:
    yield name if "properties" in schema else f"{name}: {kind(schema)}"
    if "description" in schema:
        yield f"    {schema['description']}"
    for field, about in schema.get("properties", {}).items():
        need = "" if field in schema.get("required", ()) else ", optional"
        yield f"    {field}: {kind(about)}{need}"


def kind(schema: Part) -> str:
    """A schema in a few words: `list of Token`, `string or null`, `"cli" or "api"`."""
    match schema:
        case {"$ref": ref}:
            return ref.rpartition("/")[2]
        case {"anyOf": several} | {"oneOf": several}:
            return " or ".join(kind(each) for each in several)
        case {"enum": values}:
            return " or ".join(f'"{value}"' for value in values)
        case {"const": value}:
            return str(value).lower() if isinstance(value, bool) else f'"{value}"'
        case {"type": "array", "items": items}:
            return f"list of {kind(items)}"
        case {"type": one}:
            return f"{one}{_bounds(schema)}"
        case _:
            return "anything"


def _bounds(schema: Part) -> str:
    names = {"minimum": "from", "maximum": "to", "minLength": "from", "maxLength": "to"}
    words = [f"{names[name]} {schema[name]}" for name in names if name in schema]
    of = " characters" if words and schema["type"] == "string" else ""
    return f" ({' '.join(words)}{of})" if words else ""
