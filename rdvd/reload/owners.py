"""The part of the configuration that each slice takes, in the slice's own words."""

from rdvd.config.types import Config
from rdvd.ground.http import HttpSettings
from rdvd.ground.log import LogSettings
from rdvd.identity import AuthSettings
from rdvd.limits import LimitSettings, Rate


def log_settings(config: Config) -> LogSettings:
    server = config.server
    return LogSettings(
        server.log_file, server.log_level, server.log_max_bytes, server.log_files, server.log_format
    )


def http_settings(config: Config) -> HttpSettings:
    server = config.server
    return HttpSettings(
        server.request_timeout_seconds, server.max_body_bytes, frozenset(server.allowed_origins)
    )


def auth_settings(config: Config) -> AuthSettings:
    database = config.database.path
    return AuthSettings(
        pepper_file=database.with_name(f"{database.name}.pepper"),
        service_token_file=config.auth.service_token_file,
        rotation_days=config.auth.token_rotation_days,
    )


def limit_settings(config: Config) -> LimitSettings:
    limits = config.limits
    return LimitSettings(
        read=Rate(limits.reads_per_minute),
        write=Rate(limits.writes_per_minute),
        exec=Rate(limits.exec_per_minute),
        agent_event=Rate(limits.agent_events_per_minute),
        auth_failure=Rate(limits.auth_failures_per_minute),
        longest_back_off=limits.auth_backoff_max_seconds,
    )
