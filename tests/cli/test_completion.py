"""Completion scripts, and what they ask the program for."""

import shutil
import subprocess
from pathlib import Path

import pytest

from .asking import say


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_is_printed_that_its_shell_can_read(shell: str, tmp_path: Path):
    said = say(tmp_path / "home", tmp_path / "run", "completion", shell)

    assert said.code == 0
    assert "_RDV_COMPLETE" in said.out
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=said.out, text=True, check=True, timeout=30)


def test_words_are_completed_also_below_a_command_in_a_file_of_its_own(tmp_path: Path):
    said = say(
        tmp_path / "home", tmp_path / "run",
        _RDV_COMPLETE="bash_complete", COMP_WORDS="rdv auth r", COMP_CWORD="2",
    )  # fmt: skip

    assert said.out == "plain,rotate-service-token\n"


def test_another_shell_is_wrong_usage(tmp_path: Path):
    assert say(tmp_path / "home", tmp_path / "run", "completion", "tcsh").code == 2
