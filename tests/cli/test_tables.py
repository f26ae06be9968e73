"""Tables where the terminal is narrow, and the words of `rdv` itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdvd.cli.render import GAP, cells, fit, shrunk, table

from .terminal import Place, terminal

TABLES = [
    "ls", "top --once", "tree", "auth tokens", "audit", "session orphans", "config show",
    "hooks status",
]  # fmt: skip
COLUMNS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 12)), min_size=1, max_size=8)


@pytest.mark.parametrize("columns", [40, 200])
@pytest.mark.parametrize("command", TABLES)
def test_no_line_is_wider_than_the_terminal(command: str, columns: int, shared: Place):
    below = ("sh", "-c", '"$@"; echo "ended $?"', "sh")
    with terminal(shared, *command.split(), columns=columns, below=below, NO_COLOR="1") as there:
        shown = there.read_until("ended 0").splitlines()

    assert max(map(len, shown)) <= columns
    assert "\x1b" not in "".join(shown)


def test_in_forty_columns_each_cell_has_its_beginning():
    row = {"id": "i" * 36, "kind": "cli", "name": "rdv on a machine"}
    head, line = table([row], width=40).splitlines()

    assert head.split() == ["ID", "KIND", "NAME"]
    assert [cell.strip()[:3] for cell in line.split(GAP) if cell] == ["iii", "cli", "rdv"]
    assert len(line) <= 40


@given(COLUMNS, st.integers(10, 200))
def test_columns_only_shrink_and_none_below_its_least(columns: list[tuple[int, int]], limit: int):
    widths, least = [each[0] for each in columns], [each[1] for each in columns]
    after = shrunk(widths, least, limit)
    gaps = len(GAP) * (len(columns) - 1)

    assert all(new >= min(old, low) for new, old, low in zip(after, widths, least, strict=True))
    assert all(new <= old for new, old in zip(after, widths, strict=True))
    fits = sum(after) + gaps <= limit
    assert fits or all(new <= low for new, low in zip(after, least, strict=True))


def test_columns_stand_below_each_other_whatever_is_in_them():
    names = ["work", "😀 smile", "日本", "e\u0301tude", "שלום", "👍\u200b"]
    lines = table([{"name": name, "state": "up"} for name in names], width=80).splitlines()

    assert len({cells(line.removesuffix("up")) for line in lines[1:]}) == 1
    assert cells("日本 e\u0301") == 6


@given(st.text("a日😀\u0301", max_size=20), st.integers(2, 12))
def test_what_is_cut_fits_also_where_characters_are_wide(text: str, width: int):
    assert cells(fit(text, width)) <= width


def test_help_is_grouped_and_holds_every_command(shared: Place):
    said = shared.say("--help").out

    assert said.index("Sessions:") < said.index("Projects:") < said.index("The daemon:")
    assert all(f"\n  {name} " in said for name in ("new", "grep", "tree", "backup", "version"))


def test_a_word_that_is_none_is_told_with_what_was_meant(shared: Place):
    known, near, far = (shared.say(word) for word in ("exec", "staus", "xyzzy"))

    assert (known.code, near.code, far.code) == (2, 2, 2)
    assert "`rdv session exec`" in known.err
    assert "Did you mean `rdv status`?" in near.err
    assert "`rdv --help` lists them" in far.err
