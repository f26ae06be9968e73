import json
import subprocess
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rdvd.hooks.entries import KINDS, MARK, has_entries, installed, removed
from rdvd.hooks.jsontext import parse
from rdvd.hooks.types import NotOurs

from .test_jsontext import VALUES, written

RDV = ["/opt/my tools/rdv"]
AGENT = st.sampled_from(sorted(KINDS))
EVENTS = st.sampled_from([event for kind in KINDS.values() for event in kind.reports] + ["Other"])
# Each installs and removes: a hundred passes over a text.
FEW = settings(max_examples=40, deadline=None)
COMMAND = st.fixed_dictionaries(
    {"type": st.just("command"), "command": st.sampled_from(["say", "notify # done", "x 2>&1"])}
)
GROUP = st.fixed_dictionaries(
    {"hooks": st.lists(COMMAND, max_size=2)}, optional={"matcher": st.just("Bash")}
)
HOOKS = st.dictionaries(EVENTS, st.lists(GROUP, max_size=2), max_size=4)


@st.composite
def settings_file(draw: st.DrawFn) -> str:
    """A settings file as a user may have it, with hooks of their own or none."""
    known: dict[str, Any] = draw(st.dictionaries(st.text(), VALUES, max_size=3))
    known.pop("hooks", None)
    if draw(st.booleans()):
        known["hooks"] = draw(HOOKS)
    return draw(written(st.just(known)))


@FEW
@given(settings_file(), AGENT)
def test_what_was_installed_and_removed_leaves_every_byte_as_it_was(text: str, agent: Any) -> None:
    assert removed(installed(text, agent, RDV)) == text


def test_a_file_that_was_made_for_us_goes_with_us() -> None:
    for agent in KINDS:
        assert removed(installed(installed(None, agent, RDV), agent, ["/new/rdv"])) is None
        assert removed(installed("{}", agent, RDV)) == "{}"
        assert removed(installed("", agent, RDV)) == ""


@FEW
@given(settings_file(), AGENT)
def test_installing_twice_is_installing_once(text: str, agent: Any) -> None:
    once = installed(text, agent, RDV)
    assert installed(once, agent, RDV) == once
    assert removed(installed(installed(text, agent, ["/old/rdv"]), agent, RDV)) == text


@FEW
@given(settings_file(), AGENT)
def test_the_users_own_entries_stay_and_ours_come_behind_them(text: str, agent: Any) -> None:
    before = _read(text).get("hooks", {})
    after = _read(installed(text, agent, RDV))["hooks"]
    for event, groups in before.items():
        assert after[event][: len(groups)] == groups
    for event in KINDS[agent].reports:
        assert MARK in after[event][-1]["hooks"][0]["command"]


@FEW
@given(settings_file(), AGENT, VALUES)
def test_what_the_user_adds_later_outlives_ours(text: str, agent: Any, value: Any) -> None:
    known = json.loads(json.dumps(_read(installed(text, agent, RDV))))
    event = next(iter(KINDS[agent].reports))
    known["hooks"][event].append({"hooks": [{"type": "command", "command": "mine"}]})
    known["later"] = value
    left = _read(removed(json.dumps(known, indent=4)) or "")
    assert left["hooks"][event][-1]["hooks"][0]["command"] == "mine"
    assert left["later"] == json.loads(json.dumps(value))
    assert not has_entries(json.dumps(left))


@pytest.mark.parametrize(
    "text", ["[]", '{"hooks": 3}', '{"hooks": {"SessionStart": {}}}', '{"hooks": null}']
)
def test_what_is_in_the_way_is_named_and_stays(text: str) -> None:
    with pytest.raises(NotOurs, match="nothing was changed"):
        installed(text, "claude", RDV)


def test_a_group_in_which_the_user_put_a_command_of_their_own_is_theirs() -> None:
    known = json.loads(installed("{}", "claude", RDV))
    known["hooks"]["Stop"][0]["hooks"].append({"type": "command", "command": "mine"})
    assert list(_read(removed(json.dumps(known)) or "")["hooks"]) == ["Stop"]


@pytest.mark.parametrize("agent", sorted(KINDS))
def test_the_command_ends_well_without_a_word_even_if_rdv_is_gone(agent: Any) -> None:
    known = json.loads(installed("{}", agent, ["/nowhere/rdv"]))
    for groups in known["hooks"].values():
        for inside in ({}, {"RDV_SESSION_ID": "1"}):
            done = subprocess.run(
                ["/bin/sh", "-c", groups[0]["hooks"][0]["command"]],
                env=inside, input=b"{}", capture_output=True, timeout=10, check=False,
            )  # fmt: skip
            assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def _read(text: str) -> Any:
    return parse(text).value
