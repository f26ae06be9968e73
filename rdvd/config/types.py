"""Every setting there is: its type, bounds, default, meaning, and whether it can change live."""

# ruff: noqa: RUF009 - `place` describes a field, as attrs.field does

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from attrs import Attribute, Factory, field, fields, fields_dict, frozen

T = TypeVar("T")
Section = Any  # one of the classes below; attrs has no common base for them


@frozen
class About:
    """What is said of one setting beside its type and default.

    `restart` is why it cannot change while the daemon runs. One without it is live: a test shows
    for each of those that a reload changes what the daemon does.
    """

    text: str
    restart: str | None = None
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    pattern: str | None = None
    such_as: str | None = None
    place: str | None = None  # the name in Places that is its default

    @property
    def live(self) -> bool:
        return self.restart is None


def setting(default: T, text: str, **about: Any) -> T:  # Any: what About takes
    return field(default=default, metadata={"about": About(text, **about)}, kw_only=True)


def place(name: str, text: str, restart: str) -> Path:
    return field(metadata={"about": About(text, restart, place=name)}, kw_only=True)


BOUND_ONCE = "It is bound before anything runs, and clients know it by this path."
HELD_BY_SERVERS = "The tmux servers, and the connections to them, are made with it."
TOLD_ONCE = "The recorder is told when the daemon finds it."
NO_WATCH_YET = "Nothing watches sessions yet."
NO_TRASH_YET = "There is no trash yet."
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
class TmuxConfig:
    """The private tmux servers that sessions live in."""

    directory: Path = place("run", "Where their sockets are.", HELD_BY_SERVERS)
    program: str = setting(
        "tmux",
        "The program, by name or path; 3.2 or newer.",
        pattern=r"[\w./+-]+",
        such_as="/opt/tmux/bin/tmux",
        restart=HELD_BY_SERVERS,
    )
    sessions_per_server: int = setting(
        64,
        "A further server is started beyond so many sessions.",
        low=1,
        high=10_000,
        restart=HELD_BY_SERVERS,
    )
    history_limit: int = setting(
        5_000,
        "Lines above the screen that a new session keeps.",
        low=0,
        high=1_000_000,
        restart=HELD_BY_SERVERS,
    )
    answer_seconds: float = setting(
        5.0,
        "A server that is silent so long counts as not answering.",
        low=0.1,
        high=300,
        restart=HELD_BY_SERVERS,
    )


@frozen
class SessionsConfig:
    """What holds for a session whose order says nothing else."""

    shell: tuple[str, ...] = setting(
        (), "The shell, with its arguments; nothing: that of your account.", such_as="/bin/zsh"
    )
    columns: int = setting(120, "The width of a new terminal.", low=10, high=1_000)
    rows: int = setting(40, "The height of a new terminal.", low=3, high=1_000)
    most: int = setting(1_000, "Sessions that are not closed, at a time.", low=1, high=100_000)
    close_grace_seconds: float = setting(
        5.0, "How long a command may take to end when its session is closed.", low=0, high=60
    )
    restore: str = setting(
        "off",
        "Whether what ran when the machine stopped is begun anew as the daemon starts.",
        choices=("off", "on"),
    )
    restart_delay_seconds: float = setting(
        1.0, "Before a command is begun again by its policy; twice that the next time.",
        low=0.01, high=3_600,
    )  # fmt: skip
    restart_delay_max_seconds: float = setting(
        60.0, "The longest such delay.", low=0.01, high=86_400
    )
    restarts_in_a_row: int = setting(
        10, "Then it stays down, unless it ran for a minute in between.", low=1, high=10_000
    )
    claude: tuple[str, ...] = setting(("claude",), "The command of this agent.", such_as="claude")
    codex: tuple[str, ...] = setting(("codex",), "The command of this agent.", such_as="codex")
    gemini: tuple[str, ...] = setting(("gemini",), "The command of this agent.", such_as="gemini")
    opencode: tuple[str, ...] = setting(
        ("opencode",), "The command of this agent.", such_as="opencode"
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
        30, "What is in the trash is kept so long.", low=0, high=3_650, restart=NO_TRASH_YET
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
class BytelogConfig:
    """What every pane has printed, how much of it is kept, and how safe it is."""

    recorder_socket: Path = place("recorder_socket", "The Unix socket of the recorder.", TOLD_ONCE)
    recorder_lock: Path = place("recorder_lock", "Who records; locked while it lives.", TOLD_ONCE)
    sessions: Path = place(
        "sessions", "The directories of the sessions, with their logs.", TOLD_ONCE
    )
    segment_bytes: int = setting(
        8_388_608,
        "A file of a log is complete at this size.",
        low=65_536,
        high=1_073_741_824,
        restart=TOLD_ONCE,
    )
    session_max_bytes: int = setting(
        268_435_456,
        "Kept of one session; the oldest segments go first, the last one never.",
        low=131_072,
        high=1_099_511_627_776,
        restart=TOLD_ONCE,
    )
    total_max_bytes: int = setting(
        8_589_934_592,
        "Kept of all sessions together; the oldest segments go first.",
        low=131_072,
        high=1_125_899_906_842_624,
        restart=TOLD_ONCE,
    )
    max_age_days: int = setting(
        90, "Segments that are older are removed.", low=1, high=36_500, restart=TOLD_ONCE
    )
    flush_seconds: float = setting(
        5.0,
        "What a power cut can cost: bytes are on the disk after so long.",
        low=0.1,
        high=3_600,
        restart=TOLD_ONCE,
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
