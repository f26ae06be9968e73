"""What can be set, from files and environment to one Config. Pure: the command line reads it too.

Handing it to whoever owns a part of it, at the start and on a reload, is the trade of rdvd.reload.
"""

from rdvd.config.edit import with_setting, without_setting
from rdvd.config.load import BadConfig, load
from rdvd.config.reference import reference
from rdvd.config.show import (
    Change,
    Shown,
    changes,
    explain,
    find,
    settings,
    show,
    when,
    with_live_changes,
)
from rdvd.config.types import (
    KEYS,
    AuthConfig,
    BytelogConfig,
    CleanupConfig,
    Config,
    DatabaseConfig,
    Key,
    LimitsConfig,
    MonitoringConfig,
    ServerConfig,
    SessionsConfig,
    TmuxConfig,
    TrashConfig,
)
from rdvd.config.values import allowed, as_json, as_toml, from_text

__all__ = [
    "Config",
    "ServerConfig",
    "DatabaseConfig",
    "AuthConfig",
    "TmuxConfig",
    "SessionsConfig",
    "MonitoringConfig",
    "CleanupConfig",
    "TrashConfig",
    "LimitsConfig",
    "BytelogConfig",
    "KEYS",
    "Key",
    "load",
    "BadConfig",
    "show",
    "settings",
    "Shown",
    "explain",
    "allowed",
    "when",
    "find",
    "changes",
    "Change",
    "with_live_changes",
    "reference",
    "as_toml",
    "as_json",
    "from_text",
    "with_setting",
    "without_setting",
]
