"""What is wrong is refused, all of it at once, with where it stands and what would be right."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from rdvd.config import KEYS
from rdvd.ground.places import Places

from .trying import Write, problems


def test_everything_that_is_wrong_is_said_at_once_with_file_and_line(places: Places, write: Write):
    write(
        "[server]\nlog_levle = 'info'\nlog_files = 1\nlog_format = 7\n"
        "[sever]\nx = 1\n[limits]\nexec_per_minute = true\n"
    )

    assert problems(places, RDV_LIMITS_EXEC_PER_MINIT="1", RDV_SERVER_DRAIN_SECONDS="soon") == [
        "server/config.toml:2: there is no log_levle in [server]; did you mean log_level?",
        "server/config.toml:3: server.log_files is 1; allowed is a whole number from 2 to 100",
        'server/config.toml:4: server.log_format is 7; allowed is one of "text", "json"',
        "server/config.toml:5: there is no section sever; did you mean server?",
        "server/config.toml:8: limits.exec_per_minute is true; allowed is a whole number from 1 "
        "to 1,000,000",
        "environment: there is no setting RDV_LIMITS_EXEC_PER_MINIT; did you mean "
        "RDV_LIMITS_EXEC_PER_MINUTE?",
        'environment RDV_SERVER_DRAIN_SECONDS: server.drain_seconds is "soon"; allowed is a number '
        "from 0 to 600",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[server\n", "server/config.toml:1: this is not TOML"),
        ("[auth]\n\n[server]\n[server]\n", "server/config.toml:4: this stands here a second time"),
        ("[server]\nlog_files = 3\nlog_files = 4\n", "toml:3: this stands here a second time"),
        ("server.log_files = 3\n[server]\n", "toml:2: this stands here a second time"),
        ("# \u2028\n[server]\nlog_fils = 1\n", "server/config.toml:3: there is no log_fils"),
        ("[server]\r\nlog_fils = 1\r\n", "server/config.toml:2: there is no log_fils"),
        ("[server]\nlog_files = 2.5\n", "server/config.toml:2: server.log_files is 2.5"),
        ("[server]\nlog_files = '3'\n", 'server/config.toml:2: server.log_files is "3"'),
        ("[server]\ndrain_seconds = 601\n", "allowed is a number from 0 to 600"),
        ("[server]\nallowed_origins = ['https://a:b@c']\n", "server.allowed_origins"),
        ("[server]\nallowed_origins = 'https://a'\n", "allowed is a list of texts"),
        ("server = 1\n", "server/config.toml:1: server is a section: write [server]"),
        ("server.log_fils = 1\n", "server/config.toml:1: there is no log_fils in [server]"),
        ("server = { log_fils = 1 }\n", "server/config.toml:1: there is no log_fils in [server]"),
        ("[server]\nlog_file = 'here'\n", "allowed is a path that begins with / or ~/"),
        ("[server]\nlog_level = 'loud'\n", 'allowed is one of "debug", "info"'),
        ("[server]\ndrain_seconds = nan\n", "server.drain_seconds is nan"),
        ("[server]\nmax_body_bytes = 1e6\n", "allowed is a whole number"),
        ("[server]\nallowed_origins = ['example.org']\n", 'such as "https://example.org"'),
        (
            "[bytelog]\nredact = ['a', '(']\n",
            "allowed is a list of at most 100 regular expressions",
        ),
        ("[bytelog]\nredact = ['a{99999999999999999999}']\n", "regular expressions"),
        (f"[bytelog]\nredact = {['x'] * 101}\n", 'such as "customer-[0-9]+"'),
        ("[tmux]\nprogram = 'tmux -2'\n", 'allowed is a text such as "/opt/tmux/bin/tmux"'),
        (f"[server]\napi_socket = '/{'x' * 107}'\n", "set RDV_RUNTIME_DIR"),
        ("[server]\napi_socket = '/a'\nterminal_socket = '/a'\n", "they must differ"),
    ],
)
def test_a_mistake_is_refused_with_what_would_be_right(
    places: Places, write: Write, text: str, said: str
):
    write(text)

    (problem,) = problems(places)

    assert said in problem


def test_a_file_that_is_not_utf_8_is_refused_with_its_line(places: Places, write: Write):
    write("")
    places.server_config_file.write_bytes(b"# one\n# two\n# \xff\n")

    assert problems(places) == ["server/config.toml:3: this is not UTF-8"]


@pytest.mark.parametrize("mode", [0o666, 0o620, 0o602])
def test_a_file_that_others_can_write_to_is_refused(places: Places, write: Write, mode: int):
    write("")
    places.server_config_file.chmod(mode)

    (problem,) = problems(places)

    assert problem.startswith("server/config.toml can be changed by other users")
    assert "chmod go-w" in problem


def put_loop(path: Path) -> None:
    path.symlink_to(path)


def put_dead_link(path: Path) -> None:
    path.symlink_to("/nowhere")


@pytest.mark.parametrize(
    ("put_there", "said"),
    [
        (Path.mkdir, "is a directory where a file belongs"),
        (os.mkfifo, "is a pipe where a file belongs"),
        (put_loop, "cannot be used (Too many levels of symbolic links)"),
        (put_dead_link, "is a symbolic link that leads nowhere"),
    ],
    ids=["directory", "pipe", "loop", "dead link"],
)
def test_what_lies_in_the_place_of_a_file_is_refused_and_not_waited_for(
    places: Places, write: Write, put_there: Callable[[Path], None], said: str
):
    write("[server]\nlog_fils = 1\n")
    put_there(places.config_file)

    in_the_way, wrong_key = problems(places)

    assert in_the_way.startswith(f"config.toml {said}")
    assert "log_fils" in wrong_key


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(places: Places, write: Write):
    write("")
    places.server_config_file.chmod(0)

    assert "cannot be used (Permission denied)" in problems(places)[0]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_a_file_of_somebody_else_is_refused(places: Places, write: Write):
    write("")
    os.chown(places.server_config_file, 12_345, -1)

    assert "belongs to uid 12345" in problems(places)[0]


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("RDV_SERVER_LOG_LEVEL", "loud"),
        ("RDV_SERVER_LOG_LEVEL", ""),
        ("RDV_SERVER_LOG_FILES", "1"),
        ("RDV_SERVER_LOG_FILES", "3.5"),
        ("RDV_SERVER_LOG_FILES", "true"),
        ("RDV_SERVER_DRAIN_SECONDS", "inf"),
        ("RDV_SERVER_LOG_FILE", "here"),
        ("RDV_SERVER_ALLOWED_ORIGINS", "https://me.example, example.org"),
    ],
)
def test_a_wrong_value_in_the_environment_is_named_by_its_variable(
    places: Places, variable: str, text: str
):
    (problem,) = problems(places, **{variable: text})

    key = next(key for key in KEYS.values() if key.variable == variable)
    assert problem.startswith(f"environment {variable}: {key.dotted} is ")
    assert "allowed is " in problem


def test_a_wrong_value_is_refused_also_where_a_later_source_would_win(places: Places, write: Write):
    write("[server]\nlog_files = 1\n")

    assert len(problems(places, RDV_SERVER_LOG_FILES="3")) == 1


def test_a_token_that_was_put_in_a_wrong_place_is_not_repeated(places: Places, write: Write):
    secret = f"rdv_api_{'A1' * 24}"
    write(f"[server]\nlog_level = '{secret}'\n{secret} = 1\n")

    said = "\n".join(problems(places, RDV_SERVER_LOG_FORMAT=secret))

    assert len(said.splitlines()) == 3
    assert secret not in said
