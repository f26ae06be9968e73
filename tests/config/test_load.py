"""Files and environment become one Config, or one answer with everything that is wrong."""

from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rdvd.config import Config, load, settings, show
from rdvd.config.types import KEYS, Key
from rdvd.config.values import as_toml
from rdvd.ground.places import Places

from .trying import Write


def test_without_any_file_everything_has_its_default(places: Places):
    config = load(places, {})

    assert config.server.api_socket == Path("/run/rdv/api.sock")
    assert config.server.pid_file == places.home / "server" / "server.pid"
    assert config.database.path == places.home / "sqlite.db"
    assert (config.monitoring.interval_seconds, config.limits.writes_per_minute) == (30, 300)
    assert {shown.source for shown in settings(config)} == {"default"}


def test_every_key_of_the_seed_is_understood(places: Places, write: Write):
    write(
        """
        [server]
        api_socket = "~/.remote-dev/run/api.sock"
        terminal_socket = "~/.remote-dev/run/terminal.sock"
        pid_file = "~/.remote-dev/server/server.pid"
        log_file = "~/.remote-dev/server/server.log"
        [database]
        path = "~/.remote-dev/sqlite.db"
        max_connections = 10
        [auth]
        service_token_file = "~/.remote-dev/server/service-token"
        token_rotation_days = 30
        [monitoring]
        interval_seconds = 30
        stall_threshold_seconds = 300
        [cleanup]
        trash_retention_days = 30
        cleanup_interval_hours = 24
        """
    )

    config = load(places, {"HOME": "/home/ada"})

    assert config.server.api_socket == Path("/home/ada/.remote-dev/run/api.sock")
    assert config.cleanup.cleanup_interval_hours == 24


def test_the_servers_file_wins_over_the_shared_one_and_the_environment_over_both(
    places: Places, write: Write
):
    places.config_file.write_text("[auth]\ntoken_rotation_days = 1\n[cleanup]\n\n[limits]\n")
    places.config_file.write_text(
        "[auth]\ntoken_rotation_days = 1\n\n[limits]\nexec_per_minute = 1\nreads_per_minute = 1\n"
    )
    write("[limits]\nexec_per_minute = 2\nreads_per_minute = 2\n")

    config = load(places, {"RDV_LIMITS_READS_PER_MINUTE": "3"})

    limits = config.limits
    assert (config.auth.token_rotation_days, limits.exec_per_minute, limits.reads_per_minute) == (
        1,
        2,
        3,
    )
    assert config.sources["auth.token_rotation_days"] == f"{places.config_file}:2"
    assert config.sources["limits.exec_per_minute"] == f"{places.server_config_file}:2"
    assert config.sources["limits.reads_per_minute"] == "environment RDV_LIMITS_READS_PER_MINUTE"


def test_a_draft_is_read_in_the_place_of_the_servers_file(places: Places, write: Write):
    write("nonsense")
    draft = places.home / "draft.toml"
    draft.write_text("[server]\nlog_files = 3\n")
    places.config_file.write_text("[server]\nlog_files = 4\nlog_level = 'debug'\n")

    server = load(places, {}, draft=draft).server

    assert (server.log_files, server.log_level) == (3, "debug")


def test_a_file_may_be_a_link_to_where_the_user_keeps_such_files(places: Places, tmp_path: Path):
    (tmp_path / "dotfile").write_text("[auth]\ntoken_rotation_days = 7\n")
    places.config_file.symlink_to(tmp_path / "dotfile")

    assert load(places, {}).auth.token_rotation_days == 7


def test_variables_that_only_look_alike_are_none_of_our_business(places: Places):
    assert load(places, {"RDV_SESSION_ID": "x", "RDV_API_SOCKET": "/x"}) == load(places, {})


def values_of(key: Key) -> st.SearchStrategy[Any]:
    low, high = key.about.low, key.about.high
    if key.about.choices:
        return st.sampled_from(key.about.choices)
    if key.kind is str:
        return st.from_regex(str(key.about.pattern), fullmatch=True)
    if key.kind is Path:
        letters = st.characters(exclude_categories=["Cs"], exclude_characters="\0/,")
        return st.text(letters, min_size=1, max_size=8).map(lambda name: Path("/x") / name)
    if key.kind is int:
        return st.integers(int(low or 0), int(high or 0))
    if key.kind is float:
        return st.floats(low, high, allow_nan=False)
    hosts = st.from_regex(r"[a-z]{1,9}", fullmatch=True)
    return st.lists(hosts.map(lambda host: f"https://{host}"), max_size=3).map(tuple)


SOME_VALUES = st.fixed_dictionaries({}, optional={d: values_of(k) for d, k in KEYS.items()}).filter(
    lambda values: values.get("server.api_socket") != values.get("server.terminal_socket", "")
)
with_these_fixtures = hypothesis_settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None
)


def agrees(config: Config, values: dict[str, Any]) -> bool:
    return all(KEYS[dotted].of(config) == value for dotted, value in values.items())


@with_these_fixtures
@given(values=SOME_VALUES)
def test_what_is_written_in_a_file_is_what_is_loaded_and_what_is_shown_loads_again(
    places: Places, write: Write, values: dict[str, Any]
):
    write("\n".join(f"{dotted} = {as_toml(value)}" for dotted, value in values.items()))
    config = load(places, {})
    write(show(config))

    assert agrees(config, values)
    assert load(places, {}) == config


@with_these_fixtures
@given(values=SOME_VALUES)
def test_what_the_environment_says_is_what_is_loaded(places: Places, values: dict[str, Any]):
    environ = {
        KEYS[dotted].variable: ",".join(value) if isinstance(value, tuple) else str(value)  # pyright: ignore[reportUnknownArgumentType]
        for dotted, value in values.items()
    }

    assert agrees(load(places, environ), values)
