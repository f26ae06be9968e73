"""How git is run so that it runs nothing else, asks nobody and calls nowhere. Pure.

The configuration of the user's account counts, as it does for every git of theirs; what a
repository brings along may say how files look, but never which program is to be started. git has
no switch for that, so every setting that names a program is answered on the command line.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

# Settings that name programs, and what they are for us whatever a repository says.
NOTHING_RUNS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.sshCommand=ssh",
    "core.askPass=",
    "core.pager=cat",
    "core.editor=false",
    "sequence.editor=false",
    "core.gitProxy=",
    "core.alternateRefsCommand=",
    "commit.gpgSign=false",
    "tag.gpgSign=false",
    "log.showSignature=false",
    "diff.external=",
)
# What would go on behind our back, hide a change, or make an answer depend on taste.
NOTHING_ELSE = (
    "core.ignoreCase=false",
    "core.trustCtime=true",
    "core.checkStat=default",
    "gc.auto=0",
    "maintenance.auto=false",
    "submodule.recurse=false",
    "fetch.recurseSubmodules=false",
    "worktree.guessRemote=false",
    "status.submoduleSummary=false",
    "core.quotePath=false",
    "color.ui=false",
)
PASSED_ON = (
    "PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "XDG_CONFIG_HOME", "SSH_AUTH_SOCK", "TZ",
    "SUDO_UID", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
    "http_proxy", "https_proxy", "all_proxy", "no_proxy", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_NOSYSTEM",
)  # fmt: skip
FETCHES_BY = "https:http:ssh:file"
SPEAKS_NOTHING = "none"  # the name of no protocol
# Sections of a repository's own configuration in which keys of any name may name a program, those
# by which more of it is read from elsewhere, and the key that leads to another tree. A section can
# begin anywhere in a line, and be written in no other way.
TELLING = re.compile(
    r"\[\s*(?:filter|credential|include|includeif|merge|diff)\b|\bworktree\b", re.IGNORECASE
)
RUNS = re.compile(
    r"(?:filter\..*\.(?:clean|smudge|process)|credential\..*helper|credential\.helper"
    r"|merge\..*\.driver|diff\..*\.(?:command|textconv)|remote\..*\.(?:uploadpack|receivepack|vcs))",
    re.IGNORECASE | re.DOTALL,
)


def command(program: str, words: Sequence[str], silenced: Iterable[str] = ()) -> list[str]:
    """`silenced`: settings of this repository that would run something."""
    settings = (*NOTHING_RUNS, *NOTHING_ELSE, *silencing(silenced))
    options = [word for each in settings for word in ("-c", each)]
    return [program, "--no-pager", "--literal-pathspecs", *options, *words]


def silencing(keys: Iterable[str]) -> list[str]:
    """A filter that does nothing is one that is not there; so it must not be required either."""
    settings: list[str] = []
    for key in keys:
        settings.append(f"{key}=")
        if key.lower().startswith("filter."):
            settings.append(f"{key.rpartition('.')[0]}.required=false")
    return settings


def may_run_something(config: str) -> bool:
    """Whether a repository's own configuration is worth a closer look."""
    return TELLING.search(config) is not None


def keys_that_run(keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({key for key in keys if RUNS.fullmatch(key)}))


def environment(environ: Mapping[str, str], *, fetches: bool, ceiling: str) -> dict[str, str]:
    """Nothing of ours but what is named: no index, no directory, no trace that somebody set.

    `ceiling`: git looks for no repository above it, should the one that we know of be broken.
    """
    kept = {name: environ[name] for name in PASSED_ON if name in environ}
    return kept | {
        "LC_ALL": "C.UTF-8",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "false",
        "SSH_ASKPASS": "false",
        "SSH_ASKPASS_REQUIRE": "never",
        "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",
        "GIT_PAGER": "cat",
        "GIT_EDITOR": "false",
        "GIT_SEQUENCE_EDITOR": "false",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_ALLOW_PROTOCOL": FETCHES_BY if fetches else SPEAKS_NOTHING,
        "GIT_CEILING_DIRECTORIES": ceiling,
    }
