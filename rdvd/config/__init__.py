"""What can be set. Loaded once at the start, and again on SIGHUP; handed down by constructor."""

from rdvd.config.load import BadConfig, load
from rdvd.config.reference import reference
from rdvd.config.reload import outlive_hangups, reload_on_hangup
from rdvd.config.show import Change, Shown, changes, explain, settings, show, with_live_changes
from rdvd.config.slices import auth_settings, http_settings, limit_settings, log_settings
from rdvd.config.types import (
    AuthConfig,
    CleanupConfig,
    Config,
    DatabaseConfig,
    LimitsConfig,
    MonitoringConfig,
    ServerConfig,
)

__all__ = [
    "Config",
    "ServerConfig",
    "DatabaseConfig",
    "AuthConfig",
    "MonitoringConfig",
    "CleanupConfig",
    "LimitsConfig",
    "load",
    "BadConfig",
    "show",
    "settings",
    "Shown",
    "explain",
    "changes",
    "Change",
    "with_live_changes",
    "reference",
    "outlive_hangups",
    "reload_on_hangup",
    "auth_settings",
    "http_settings",
    "limit_settings",
    "log_settings",
]
