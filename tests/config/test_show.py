"""A setting explained, all of them shown, and what changed between two configurations."""

import re
from pathlib import Path

import pytest
from attrs import evolve

from rdvd.config import Config, changes, explain, load, reference, show, with_live_changes
from rdvd.config.types import KEYS
from rdvd.ground.errors import NotFound
from rdvd.ground.places import Places

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "configuration.md"

ELSEWHERE = Path("/elsewhere")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    environ = {"RDV_SERVER_LOG_LEVEL": "debug"}
    return load(Places(home=tmp_path, run=Path("/run/rdv")), environ)


def test_a_setting_is_explained_by_any_of_its_names():
    explained = explain("server.log_level")

    assert explained == explain("log_level") == explain("RDV_SERVER_LOG_LEVEL")
    assert explained.splitlines() == [
        "server.log_level: The least important records that are written.",
        '  allowed: one of "debug", "info", "warning", "error", "critical"',
        '  default: "info"',
        "  environment: RDV_SERVER_LOG_LEVEL",
        "  changes: live",
    ]


def test_an_unknown_setting_is_refused_with_the_nearest_one():
    with pytest.raises(NotFound, match=r"no setting server.log_levl; did you mean server.log_le"):
        explain("server.log_levl")


def test_a_name_that_is_in_two_sections_is_asked_for_in_full():
    with pytest.raises(NotFound, match=r"server.max_connections, database.max_connections"):
        explain("max_connections")


def test_every_value_is_shown_with_its_source(config: Config):
    lines = show(config).splitlines()

    assert 'log_level = "debug"  # environment RDV_SERVER_LOG_LEVEL' in lines
    assert "max_body_bytes = 1048576  # default" in lines
    assert len([line for line in lines if " = " in line]) == len(KEYS)


def test_changes_are_told_with_those_that_need_a_restart(config: Config):
    server = evolve(config.server, log_file=ELSEWHERE, drain_seconds=1.0)
    new = evolve(config, server=server)

    assert [
        (change.key, change.old, change.new, change.live) for change in changes(config, new)
    ] == [
        ("server.log_file", config.server.log_file, ELSEWHERE, False),
        ("server.drain_seconds", 30.0, 1.0, True),
    ]
    assert changes(config, evolve(config, sources={})) == []


def test_a_reload_takes_over_only_what_can_change_live(config: Config):
    server = evolve(config.server, log_file=ELSEWHERE, drain_seconds=1.0)
    new = evolve(config, server=server, sources={"server.drain_seconds": "a file"})

    held = with_live_changes(config, new)

    assert held == evolve(config, server=evolve(config.server, drain_seconds=1.0))
    assert held.sources["server.drain_seconds"] == "a file"


def test_the_document_is_up_to_date():
    assert DOCUMENT.read_text() == reference(), "type: python -m rdvd.config"


@pytest.mark.parametrize("dotted", KEYS)
def test_every_setting_has_a_sentence_and_bounds(dotted: str):
    key = KEYS[dotted]

    assert re.fullmatch(r"[A-Z].*\.", key.about.text)
    assert key.kind not in {int, float} or None not in (key.about.low, key.about.high)
