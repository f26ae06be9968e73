"""An OpenAPI document as a page that needs no network to be read."""

import json
from html import escape
from typing import Any

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "code,pre{font:14px/1.4 ui-monospace,monospace}pre{background:#8881;padding:.7rem}"
    "pre{overflow:auto}"
    "summary{cursor:pointer}details{border-bottom:1px solid #8884;padding:.4rem 0}"
    ":root{color-scheme:light dark}"
)


def openapi_page(document: dict[str, Any]) -> str:
    """One HTML file: no script, no font, nothing from elsewhere."""
    info = document["info"]
    heading = escape(f"{info['title']} {info['version']}")
    operations = "".join(
        _operation_html(method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    )
    kinds = "".join(
        f'<details id="{escape(name)}"><summary><code>{escape(name)}</code></summary>'
        f"{_json_html(schema)}</details>"
        for name, schema in document["components"]["schemas"].items()
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{heading}</title>'
        f"<style>{STYLE}</style><h1>{heading}</h1>{operations}<h2>Types</h2>{kinds}</html>"
    )


def _operation_html(method: str, path: str, operation: dict[str, Any]) -> str:
    parts = {
        "Parameters": operation["parameters"],
        "Body": operation.get("requestBody"),
        "Answers": operation["responses"],
    }
    shown = "".join(f"<h4>{name}</h4>{_json_html(part)}" for name, part in parts.items() if part)
    return (
        f"<details><summary><code>{method} {escape(path)}</code> "
        f"{escape(operation['summary'])} <small>{escape(operation['x-rdv-who'])}</small></summary>"
        f"{shown}</details>"
    )


def _json_html(value: object) -> str:
    return f"<pre>{escape(json.dumps(value, indent=2, ensure_ascii=False))}</pre>"
