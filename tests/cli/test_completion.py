"""Completion: scripts that their shells understand, and words that only the daemon knows."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

import pytest

from rdvd.cli.bash import typed
from tests.rdvd.daemons import environment

from .asking import Said, say
from .terminal import Place, running

BASH = """
eval "$(rdv completion bash)"
COMP_WORDS=(rdv tree rdvd/aut) COMP_CWORD=2
_rdv_completion rdv
echo "${COMPREPLY[*]}"
"""
BASH_WORD = """
eval "$(rdv completion bash)"
COMP_WORDS=(rdv folder show '\\*') COMP_CWORD=3
_rdv_completion rdv
printf '<%s>\\n' "${COMPREPLY[@]}"
"""
FISH = "rdv completion fish | source; complete -C 'rdv tree rdvd/aut'"
ZSH = (
    "autoload -Uz compinit && compinit -u -D && eval \"$(rdv completion zsh)\" && echo pre''pared\n"
)


def needs(shell: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(shell) is None, reason=f"no {shell}")


@pytest.fixture
def path(tmp_path: Path) -> str:
    """PATH with an `rdv` in it."""
    program = tmp_path / "rdv"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m rdvd.cli "$@"\n')
    program.chmod(0o755)
    return f"{tmp_path}:{os.environ['PATH']}"


@pytest.fixture
def mute() -> Generator[Path]:
    """A daemon's directory in which somebody listens and never answers."""
    with tempfile.TemporaryDirectory(prefix="rdv-") as run, socket.socket(socket.AF_UNIX) as ear:
        ear.bind(f"{run}/api.sock")
        ear.listen()
        yield Path(run)


MORE_PRESSES = 2


def complete(place: Place, line: str) -> Said:
    """As bash asks it; the word that is begun is the last one. The daemon is not waited for long,
    so who is offered nothing presses the key again."""
    number = str(len(line.split(" ")) - 1)
    own = {"_RDV_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": number}
    said = place.say(**own)
    for _ in range(MORE_PRESSES):
        said = said if said.out.strip() else place.say(**own)
    return said


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_is_printed_that_its_shell_can_read(shell: str, tmp_path: Path):
    said = say(tmp_path / "home", tmp_path / "run", "completion", shell)

    assert said.code == 0
    assert "_RDV_COMPLETE" in said.out
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=said.out, text=True, check=True, timeout=30)


@pytest.mark.parametrize(
    "shell", [pytest.param(("bash", BASH), marks=needs("bash")),
              pytest.param(("fish", FISH), marks=needs("fish"))], ids=lambda shell: shell[0]
)  # fmt: skip
def test_a_shell_completes_a_place_that_lives_in_the_daemon(
    shell: tuple[str, str], shared: Place, path: str, tmp_path: Path
):
    own = {"PATH": path, "HOME": str(tmp_path)}
    done = subprocess.run(
        [shell[0], "-c", shell[1]], env=environment(shared.home, shared.run) | own,
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip

    assert (done.stdout.strip(), done.stderr) == ("rdvd/auth", "")


@needs("bash")
@pytest.mark.parametrize("mark", ["", "'", '"'])
def test_what_bash_is_given_means_the_name_and_runs_nothing(mark: str, tmp_path: Path):
    names = [
        "$(touch x)",
        "`touch x`",
        "a b",
        "it's",
        '"',
        "a\\b",
        "*",
        "~",
        "#{x}",
        "%s",
        "😀",
        "a;b",
    ]
    lines = [f"printf '%s\\n' {mark}{typed(name, mark)}{mark}" for name in names]
    done = subprocess.run(
        ["bash", "-c", "\n".join(lines)], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines() == names
    assert list(tmp_path.iterdir()) == []


@needs("bash")
def test_bash_neither_splits_nor_expands_a_name(shared: Place, path: str, tmp_path: Path):
    (tmp_path / "file").touch()
    for name in ("* and $(touch pwned)", "*"):
        shared.say("folder", "new", "--", name)
    done = subprocess.run(
        ["bash", "-c", BASH_WORD], env=environment(shared.home, shared.run) | {"PATH": path},
        cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    for name in ("* and $(touch pwned)", "*"):
        shared.say("folder", "rm", "--", name)

    assert done.stdout.splitlines() == ["<\\*\\ and\\ \\$\\(touch\\ pwned\\)>", "<\\*>"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("rdv hooks install --agent claude,co", ["claude,codex"]),
        ("rdv hooks status --agent ", ["claude", "codex", "gemini", "opencode"]),
        ("rdv man auth log", ["login", "logout"]),
        ("rdv man wor", ["worktree"]),
    ],
)
def test_words_that_rdv_knows_itself_are_offered(line: str, words: list[str], tmp_path: Path):
    said = complete(Place(tmp_path / "h", tmp_path / "no"), line)

    assert said.out.split() == [f"plain,{word}" for word in words]


def test_what_a_folder_knows_is_offered_by_its_id(shared: Place):
    shared.say("folder", "new", "wise")
    added = shared.say("knowledge", "add", "-f", "wise", "convention", "a", "b", "--json=id")
    said = complete(shared, "rdv knowledge rm -f wise ")
    shared.say("folder", "rm", "wise")

    assert said.out == f"plain,{added.json['id']}\n"


@needs("zsh")
def test_zsh_completes_a_place_while_somebody_types(shared: Place, path: str, tmp_path: Path):
    with running(shared, "zsh", "-f", "-i", PATH=path, HOME=str(tmp_path)) as there:
        there.type(ZSH)
        there.read_until("prepared")
        there.type("rdv tree rdvd/aut\t")
        there.read_until("rdvd/auth")


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("rdv auth r", "rotate-service-token"),
        ("rdv api PO", "POST"),
        ("rdv api POST /api/auth/t", "/api/auth/tickets"),
        ("rdv audit --action token.m", "token.mint"),
        ("rdv top --sort r", "rate"),
    ],
)
def test_words_are_offered_that_fit_where_they_stand(line: str, word: str, shared: Place):
    shared.say("api", "POST", "/api/tokens", "-d", '{"kind":"api","name":"one"}')

    assert f"plain,{word}\n" in complete(shared, line).out


def test_the_ids_of_living_tokens_are_offered_where_one_belongs(shared: Place):
    minted = shared.say("api", "POST", "/api/tokens", "-d", '{"kind":"api","name":"two"}')
    path = f"/api/tokens/{minted.json['about']['id']}"
    before = complete(shared, "rdv api DELETE /api/tok").out
    shared.say("api", "DELETE", path)
    after = complete(shared, "rdv api DELETE /api/tok").out

    assert f"plain,{path}\n" in before
    assert path not in after
    assert "{" not in before


def test_without_a_daemon_or_with_one_that_is_silent_nothing_is_offered_and_nothing_said(
    mute: Path, tmp_path: Path
):
    begun = time.monotonic()
    said = [complete(Place(tmp_path / "h", run), "rdv tree ") for run in (mute, tmp_path / "no")]
    passed = time.monotonic() - begun

    assert [(each.code, each.out.strip(), each.err) for each in said] == [(0, "", "")] * 2
    assert passed < 10  # a request itself may take 30


def test_a_configuration_that_cannot_be_read_is_no_news_in_the_middle_of_a_line(tmp_path: Path):
    (tmp_path / "config.toml").write_text("this is not [ TOML")
    said = complete(Place(tmp_path, tmp_path / "run"), "rdv tree ")

    assert (said.code, said.out.strip(), said.err) == (0, "", "")


def test_another_shell_is_wrong_usage(tmp_path: Path):
    assert say(tmp_path / "home", tmp_path / "run", "completion", "tcsh").code == 2
