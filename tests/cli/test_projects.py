"""`rdv folder`, `rdv pref` and `rdv trash` against a real daemon."""

from pathlib import Path

import pytest

from rdvd.cli.exits import OF_STATUS, Failure
from rdvd.cli.folder.finding import choose
from rdvd.cli.folder.looking import branches

from .terminal import Place


def test_folders_are_made_moved_shown_and_taken_away_by_their_names(shared: Place, tmp_path: Path):
    def say(*words: str):
        return shared.say("folder", *words)

    assert say("new", "work", "--path", str(tmp_path), "--color", "blue").code == 0
    assert say("new", "api", "--in", "work").code == 0
    assert say("new", "play").code == 0
    say("new", "api", "--in", "play")
    several, tree = say("show", "api"), say("tree")
    shown = say("show", "work/api", "--json=name,path")
    nothing, cycle = say("set", "work"), say("mv", "work", "work/api")
    say("set", "work/api", "--name", "server")
    moved = say("mv", "server", "top")
    would = say("rm", "play", "-r", "-n")
    refused, unasked = say("rm", "play"), say("rm", "play", "-r")
    gone = say("rm", "play", "-r", "--yes")
    listed = say("ls", "--json=name")
    unknown = say("show", "sever")
    for name in ("work", "server"):
        say("rm", name)

    assert (several.code, "work/api" in several.err, "play/api" in several.err) == (4, True, True)
    assert tree.out.endswith("├─ work\n│  └─ api\n└─ play\n   └─ api\n")
    assert shown.json == {"name": "api", "path": None}
    assert (nothing.code, cycle.code, moved.code) == (2, 4, 0)
    assert would.out == "2 folders, 0 sessions:\n    play\n    api\n"
    assert (refused.code, unasked.code, gone.code) == (4, 9, 0)
    assert "rdv: play is not empty\n     2 folders, 0 sessions:" in refused.err
    assert [each["name"] for each in listed.json][-2:] == ["work", "server"]
    assert (unknown.code, "Did you mean server?" in unknown.err) == (3, True)


def test_preferences_are_said_explained_and_taken_back(shared: Place):
    shared.say("folder", "new", "liked")

    def say(*words: str):
        return shared.say("pref", *words)

    said = say("set", "environment.CI_A", "1")
    say("set", "shell", "/bin/bash", "-l")
    say("set", "environment.CI_A", "--disable", "-f", "liked")
    got, mine = say("get", "shell"), say("get")
    explained = say("explain", "-f", "liked")
    one = say("explain", "environment.CI_A", "-f", "liked", "--json=values").json["values"][0]
    wrong, absent = say("set", "colour", "red"), say("get", "agent")
    back = say("unset", "shell", "environment.CI_A")
    after = say("get")

    assert (said.code, got.out) == (0, "/bin/bash -l\n")
    assert "environment.CI_A = 1" in mine.out
    assert "folder liked" in explained.out
    assert (one["disabled"], one["level"]) == (True, "folder")
    assert (wrong.code, absent.code, back.code) == (2, 3, 0)
    assert after.out == "Nothing is said.\n"


def test_a_session_begins_in_a_folder_where_that_stands_and_moves_to_another(
    shared: Place, tmp_path: Path
):
    for name in ("stands", "other"):
        shared.say("folder", "new", name, "--path", str(tmp_path))
    begun = shared.say("session", "new", "lodger", "-f", "stands", "--json", "--", "sleep", "99")
    moved = shared.say("session", "mv", "lodger", "other", "--json=folder_id")
    refused = shared.say("folder", "rm", "other")
    gone = shared.say("folder", "rm", "other", "-r", "--yes", "--json=session_count")
    back = shared.say("trash", "restore", "lodger", "--json=places")
    unknown = shared.say("session", "new", "x", "-f", "nowhere")

    assert begun.json["project_path"] == str(tmp_path)
    assert moved.json["folder_id"] != begun.json["folder_id"]
    assert (refused.code, "lodger" in refused.err) == (4, True)
    assert gone.json == {"session_count": 1}
    assert back.json == {"places": [str(tmp_path)]}
    assert unknown.code == 3


def test_what_is_in_the_trash_is_shown_had_back_and_removed_for_good(shared: Place):
    def say(*words: str):
        return shared.say("trash", *words)

    for name in ("one", "two"):
        shared.say("folder", "new", name)
        shared.say("folder", "rm", name)
    listed = say("ls", "--kind", "folder", "--json=title")
    restored, unknown = say("restore", "one"), say("restore", "one")
    would, unasked = say("rm", "two", "-n"), say("rm", "two")
    gone = say("rm", "two", "--yes")
    odd, left = say("empty", "--older-than", "soon"), say("empty", "-n", "--older-than", "1d")
    emptied, empty = say("empty", "--yes"), say("ls")

    assert [each["title"] for each in listed.json][:2] == ["two", "one"]
    assert (restored.code, restored.out) == (0, "one is back:\none\n")
    assert unknown.code == 3
    assert ("two" in would.out, unasked.code, gone.code) == (True, 9, 0)
    assert (odd.code, left.out) == (OF_STATUS[400], "0 entries, 0 B.\n")
    assert (emptied.code, empty.out) == (0, "The trash is empty.\n")


FOLDERS = [
    {"id": "0199aaaa", "name": "work", "parent_id": None},
    {"id": "0199bbbb", "name": "api", "parent_id": "0199aaaa"},
    {"id": "0199cccc", "name": "api", "parent_id": None},
]


def test_a_tree_is_drawn_however_deep_it_is():
    deep = [{"id": "0", "parent_id": None, "name": "0"}]
    deep += [{"id": str(at), "parent_id": str(at - 1), "name": str(at)} for at in range(1, 2_000)]
    wide = [{"id": name, "parent_id": "0", "name": name} for name in ("a", "b")]

    lines = branches([*deep, *wide], {"b": 1})

    assert ["└─ 0", "   ├─ 1", "   │  └─ 2"] == lines[:3]
    assert lines[-3].endswith(" └─ 1999")
    assert ["   ├─ a", "   └─ b  1 session"] == lines[-2:]


def test_the_context_of_a_folder_is_told_in_words(shared: Place):
    shared.say("folder", "new", "bare")
    said = shared.say("folder", "context", "bare").out
    shared.say("folder", "rm", "bare")

    assert "agent = (not set)  (default)" in said
    assert "shell = /" in said
    assert "rdv folder set FOLDER --path DIR" in said


@pytest.mark.parametrize("deep", ["[" * 100_000, '{"items":' * 100_000])
def test_what_is_nested_without_end_is_no_knowledge(deep: str, shared: Place, tmp_path: Path):
    file = tmp_path / "items.json"
    file.write_text(deep)

    said = shared.say("knowledge", "import", str(file), "-f", "nowhere")

    assert (said.code, "this is no JSON" in said.err) == (2, True)


@pytest.mark.parametrize(
    ("word", "id"), [("work", "0199aaaa"), ("work/api", "0199bbbb"), ("0199c", "0199cccc")]
)
def test_a_word_means_one_folder(word: str, id: str):
    assert choose(word, FOLDERS)["id"] == id


@pytest.mark.parametrize("word", ["api", "0199", "no", "019"])
def test_a_word_that_means_several_or_none_is_refused(word: str):
    with pytest.raises(Failure):
        choose(word, FOLDERS)
