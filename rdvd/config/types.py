"""Every setting there is: its type, bounds, default, meaning, and whether it can change live."""

# ruff: noqa: RUF009 - `place` describes a field, as attrs.field does

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import Attribute, Factory, field, fields, fields_dict, frozen

from rdvd.config.about import About as About
from rdvd.config.about import place, setting
from rdvd.config.project_types import WorktreesConfig as WorktreesConfig
from rdvd.config.terminal_types import BytelogConfig as BytelogConfig
from rdvd.config.terminal_types import SessionsConfig as SessionsConfig
from rdvd.config.terminal_types import TmuxConfig as TmuxConfig

Section = Any  # one of the classes below; attrs has no common base for them


BOUND_ONCE = "It is bound before anything runs, and clients know it by this path."
NO_WATCH_YET = "Nothing watches sessions yet."
KEEPER = "The trash is told at the start."
CLEANER = "Who cleans up is told at the start."


@frozen
class ServerConfig:
    """Where the daemon listens and writes, and how much it takes."""

    api_socket: Path = place("api_socket", "The Unix socket of the REST API.", BOUND_ONCE)
    terminal_socket: Path = place(
        "terminal_socket", "The Unix socket of terminals, events and MCP.", BOUND_ONCE
    )
    pid_file: Path = place(
        "pid_file",
        "Who owns the data directory; locked while it lives.",
        "It is the lock on the data directory, from the first moment to the last.",
    )
    log_file: Path = place(
        "log_file",
        "The log, as JSON lines.",
        "It is opened before anything else, so that a place that cannot be written is refused.",
    )
    log_level: str = setting(
        "info",
        "The least important records that are written.",
        choices=("debug", "info", "warning", "error", "critical"),
    )
    log_format: str = setting(
        "text", "How records look on standard error.", choices=("text", "json")
    )
    log_max_bytes: int = setting(
        10_000_000, "The log file is set aside at this size.", low=10_000, high=10_000_000_000
    )
    log_files: int = setting(5, "Log files kept, with the one in use.", low=2, high=100)
    drain_seconds: float = setting(
        30.0,
        "How long requests may go on after a stop was asked for. Under systemd its "
        "`TimeoutStopSec` must be longer.",
        low=0,
        high=600,
    )
    max_connections: int = setting(
        512, "Connections at a time, half of them on each socket.", low=4, high=100_000
    )
    request_timeout_seconds: float = setting(
        30.0, "How long one request may take.", low=0.1, high=3600
    )
    max_body_bytes: int = setting(
        1_048_576, "The largest body of a request.", low=1_024, high=1_073_741_824
    )
    allowed_origins: tuple[str, ...] = setting(
        (),
        "Web pages that may ask us from a browser, by their origin.",
        pattern=r"[a-z][a-z0-9+.-]*://[^/\s,@]+",
        such_as="https://example.org",
    )


@frozen
class DatabaseConfig:
    """The SQLite database."""

    path: Path = place(
        "database",
        "The database file.",
        "All that the daemon knows is in there: another database is another daemon.",
    )
    max_connections: int = setting(
        10,
        "Connections at most: one writes, the others read.",
        low=2,
        high=64,
        restart="It is understood and not needed: there are three, one that writes and two others.",
    )


@frozen
class AuthConfig:
    """Tokens."""

    service_token_file: Path = place(
        "service_token",
        "The token of the web frontend.",
        "What is in it is compared with the database once, when the daemon starts.",
    )
    token_rotation_days: int = setting(
        30, "The service token is renewed when it is so old.", low=1, high=3_650
    )


@frozen
class MonitoringConfig:
    """Watching sessions."""

    interval_seconds: float = setting(
        30.0, "Between two looks at all sessions.", low=1, high=3_600, restart=NO_WATCH_YET
    )
    stall_threshold_seconds: float = setting(
        300.0,
        "A session that is silent so long has stalled.",
        low=5,
        high=86_400,
        restart=NO_WATCH_YET,
    )


@frozen
class CleanupConfig:
    """What is thrown away, and when."""

    trash_retention_days: int = setting(
        30, "What is in the trash is kept so long.", low=0, high=3_650, restart=KEEPER
    )
    cleanup_interval_hours: float = setting(
        24.0, "Between two clean-ups.", low=0.1, high=8_760, restart=CLEANER
    )
    ended_tokens_days: int = setting(
        90,
        "The record of a revoked or expired token is kept so long.",
        low=1,
        high=3_650,
        restart=CLEANER,
    )


@frozen
class TrashConfig:
    """What is thrown away goes here first."""

    directory: Path = place("trash", "Where its files are.", KEEPER)
    max_bytes: int = setting(
        10_737_418_240,
        "Kept at most, of all users together; what does not fit is not thrown away.",
        low=0,
        high=1_125_899_906_842_624,
        restart=KEEPER,
    )


@frozen
class LimitsConfig:
    """How often one credential may ask, by category."""

    auth_failures_per_minute: int = setting(
        5, "Failed authentications; then it must wait.", low=1, high=1_000
    )
    auth_backoff_max_seconds: float = setting(
        300.0, "The longest wait after failed authentications.", low=1, high=86_400
    )
    writes_per_minute: int = setting(300, "Requests that change something.", low=1, high=1_000_000)
    exec_per_minute: int = setting(60, "Commands typed into sessions.", low=1, high=1_000_000)
    reads_per_minute: int = setting(3_000, "Requests that only read.", low=1, high=1_000_000)
    agent_events_per_minute: int = setting(600, "Events that agents report.", low=1, high=1_000_000)


@frozen
class Config:
    """Everything that can be set, and where each value comes from (which is not compared)."""

    server: ServerConfig
    database: DatabaseConfig
    auth: AuthConfig
    tmux: TmuxConfig
    sessions: SessionsConfig
    monitoring: MonitoringConfig
    cleanup: CleanupConfig
    trash: TrashConfig
    worktrees: WorktreesConfig
    bytelog: BytelogConfig
    limits: LimitsConfig
    sources: Mapping[str, str] = field(default=Factory(dict[str, str]), eq=False, repr=False)


SECTIONS: dict[str, type[Section]] = {
    name: attribute.type
    for name, attribute in fields_dict(Config).items()
    if name != "sources" and attribute.type is not None
}


@frozen
class Key:
    """One setting by name, such as `server.log_level`."""

    section: str
    name: str
    kind: Any  # str, int, float, Path or tuple[str, ...]
    default: Any  # None for a place
    about: About

    @property
    def dotted(self) -> str:
        return f"{self.section}.{self.name}"

    @property
    def variable(self) -> str:
        return f"RDV_{self.section}_{self.name}".upper()

    def of(self, config: Config) -> Any:
        return getattr(getattr(config, self.section), self.name)


def _key(section: str, attribute: "Attribute[Any]") -> Key:
    about: About = attribute.metadata["about"]
    default = None if about.place else attribute.default
    return Key(section, attribute.name, attribute.type, default, about)


KEYS: dict[str, Key] = {
    key.dotted: key
    for section, kind in SECTIONS.items()
    for key in (_key(section, attribute) for attribute in fields(kind))
}
