"""`rdv api`: asked by hand, and described for reading without a network."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from rdvd.cli.api_text import kind

from .terminal import Place


class Links(HTMLParser):
    """Whatever a page would fetch from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in {"src", "href"}]
        self.found += [tag] if tag in {"script", "link", "iframe"} else []


def test_the_page_has_every_route_and_needs_nothing_from_elsewhere(shared: Place, tmp_path: Path):
    file = tmp_path / "api.html"
    written = shared.say("api", "--docs", str(file))
    printed = shared.say("api", "--docs")
    routes = shared.say("api", "GET", "/openapi.json").json["paths"]

    page, links = file.read_text(), Links()
    links.feed(page)
    assert (written.code, written.out) == (0, f"wrote {file}\n")
    assert page == printed.out
    assert [path for path in routes if path not in page] == []
    assert links.found == []


def test_as_text_it_fits_a_pager(shared: Place):
    text = shared.say("api", "--docs=text").out

    assert "\nPOST /api/tokens\n" in text
    assert re.search(r"^    body: TokenOrder$", text, re.MULTILINE)
    assert re.search(r"^    name: string \(from 1 to 100 characters\)$", text, re.MULTILINE)


def test_a_file_that_is_there_is_never_overwritten(shared: Place, tmp_path: Path):
    file = tmp_path / "precious"
    file.write_text("precious")

    assert shared.say("api", "--docs", str(file)).code == 4
    assert file.read_text() == "precious"
    assert shared.say("api", "--docs", str(tmp_path / "no" / "where")).code == 1


@pytest.mark.parametrize(
    "words", [[], ["GET"], ["--docs=pdf"], ["--docs", "a", "b"], ["--docs", "-d", "{}"]], ids=str
)
def test_what_makes_no_sense_is_wrong_usage(words: list[str], shared: Place):
    assert shared.say("api", *words).code == 2


def test_without_a_daemon_it_is_the_usual_error(tmp_path: Path):
    said = Place(tmp_path / "home", tmp_path / "run").say("api", "--docs", str(tmp_path / "new"))

    assert said.code == 6
    assert "Start it" in said.err
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"$ref": "#/components/schemas/Token"}, "Token"),
        ({"type": "array", "items": {"type": "string"}}, "list of string"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "integer or null"),
        ({"enum": ["cli", "api"]}, '"cli" or "api"'),
        ({"const": True}, "true"),
        ({"type": "integer", "minimum": 1}, "integer (from 1)"),
        ({}, "anything"),
    ],
    ids=str,
)
def test_a_schema_is_said_in_a_few_words(schema: dict[str, object], words: str):
    assert kind(schema) == words
