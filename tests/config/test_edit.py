"""One setting changes in a file that a person keeps, and nothing else."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdvd.config import KEYS, with_setting, without_setting
from rdvd.ground.errors import Conflict

LEVEL, ORIGINS = KEYS["server.log_level"], KEYS["server.allowed_origins"]
KEPT = """\
# mine
[limits]   # of them
reads_per_minute=7 # seven

  [server]  # here
\tlog_level   =   "info"\t # not "debug" # yet
log_files = 3
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '[server]\nlog_level = "debug"\n'),
        ("# mine", '# mine\n\n[server]\nlog_level = "debug"\n'),
        ("[limits]\n", '[limits]\n\n[server]\nlog_level = "debug"\n'),
        ("[server]", '[server]\nlog_level = "debug"'),
        ("[server] # x\r\na = 1\r\n", '[server] # x\r\nlog_level = "debug"\r\na = 1\r\n'),
        ("server.log_level = 'a#b' # c\n", 'server.log_level = "debug" # c\n'),
        ("[server]\nlog_level='info'\r\n", '[server]\nlog_level="debug"\r\n'),
        (KEPT, KEPT.replace('"info"', '"debug"')),
    ],
)
def test_only_the_line_of_the_setting_changes(before: str, after: str):
    assert with_setting(before, LEVEL, '"debug"') == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("[server]\nlog_files = 3\n", "[server]\nlog_files = 3\n"),
        ("server.log_level = 'info'\n# mine", "# mine"),
        (KEPT, KEPT.replace('\tlog_level   =   "info"\t # not "debug" # yet\n', "")),
    ],
)
def test_a_setting_is_taken_out_with_its_line(before: str, after: str):
    assert without_setting(before, LEVEL) == after


@pytest.mark.parametrize(
    "text",
    [
        "[server]\nallowed_origins = [\n  'https://a',\n]\n",
        "server = { allowed_origins = ['https://a'] }\n",
        "[server]\n'allowed_origins' = ['https://a']\n",
        "['server']\nallowed_origins = ['https://a']\n",
        "text = '''\n[server]\nallowed_origins = []\n'''\n[server]\nallowed_origins = ['https://a']\n",
    ],
)
def test_what_cannot_be_changed_alone_is_refused(text: str):
    with pytest.raises(Conflict, match=r"server\.allowed_origins: .* change it by hand"):
        with_setting(text, ORIGINS, '["https://b"]')
    with pytest.raises(Conflict, match="by hand"):
        without_setting(text, ORIGINS)


def test_a_file_that_is_no_toml_is_refused():
    with pytest.raises(Conflict, match="no TOML"):
        with_setting("[server\n", LEVEL, '"debug"')


LINES = st.lists(
    st.sampled_from(
        ["# a = 1", "", "[server]", "[limits]", "log_level = 'info' # x", "log_files = 3",
         "server.log_level = 'info'", "reads_per_minute = 1", "x = [", "]", "y = '''", "'''",
         "\tlog_level\t= \"a # b\" ", "\u2028"]
    ),
    max_size=9,
)  # fmt: skip


@given(lines=LINES, ending=st.sampled_from(["\n", "\r\n"]))
def test_whatever_the_file_the_others_say_what_they_said_or_it_is_refused(
    lines: list[str], ending: str
):
    before = ending.join(lines)
    try:
        after = with_setting(before, LEVEL, '"debug"')
    except Conflict:
        return
    was, now = tomllib.loads(before), tomllib.loads(after)
    changed = [line for line in after.split("\n") if line not in before.split("\n")]

    assert now["server"].pop("log_level") == "debug"
    assert without(was) == without(now)
    assert len([line for line in changed if line.strip()]) <= 2  # a header at most, and the line


def without(document: dict[str, Any]) -> dict[str, Any]:
    server = dict(document.get("server", {}))
    server.pop("log_level", None)
    return {**document, "server": server}
