"""Completion in bash. What is offered may have any name, and bash would run what stands in one:
so it is written as it has to be typed, and neither expanded nor split on its way."""

import os
import re
from typing import ClassVar

from click.shell_completion import BashComplete, CompletionItem

SCRIPT = """\
%(complete_func)s() {
    local IFS=$'\\n' line
    local words="${COMP_WORDS[*]}"
    COMPREPLY=()
    while read -r line; do
        case $line in
            dir,*) compopt -o dirnames ;;
            file,*) compopt -o default ;;
            plain,*) COMPREPLY+=("${line#plain,}") ;;
        esac
    done < <(COMP_WORDS=$words COMP_CWORD=$COMP_CWORD %(complete_var)s=bash_complete "$1")
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""


class Bash(BashComplete):
    source_template: ClassVar[str] = SCRIPT

    def format_completion(self, item: CompletionItem) -> str:
        words, at = os.environ["COMP_WORDS"].split("\n"), int(os.environ["COMP_CWORD"])
        begun = words[at] if at < len(words) else ""
        return f"{item.type},{typed(item.value, begun)}"


def typed(word: str, begun: str = "") -> str:
    """As it has to stand in a line, where perhaps a quotation mark was typed already."""
    if begun.startswith("'"):
        return word.replace("'", r"'\''")
    if begun.startswith('"'):
        return re.sub(r'[$`"\\]', r"\\\g<0>", word)
    return re.sub(r"[^\w@%+=:,./\-\x80-\U0010ffff]", r"\\\g<0>", word)
