"""What can be set about sessions and what they stand on."""

# ruff: noqa: RUF009 - `place` describes a field, as attrs.field does

from pathlib import Path

from attrs import frozen

from rdvd.config.about import place, setting

HELD_BY_SERVERS = "The tmux servers, and the connections to them, are made with it."
SESSIONS_TAKE = "Sessions are told when the daemon starts."
TOLD_ONCE = "The recorder is told when the daemon finds it."


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
        (),
        "The shell, with its arguments; nothing: that of your account.",
        such_as="/bin/zsh",
        restart=SESSIONS_TAKE,
    )
    columns: int = setting(
        120, "The width of a new terminal.", low=10, high=1_000, restart=SESSIONS_TAKE
    )
    rows: int = setting(
        40, "The height of a new terminal.", low=3, high=1_000, restart=SESSIONS_TAKE
    )
    most: int = setting(
        1_000,
        "Sessions that are not closed, at a time.",
        low=1,
        high=100_000,
        restart=SESSIONS_TAKE,
    )
    close_grace_seconds: float = setting(
        5.0,
        "How long a command may take to end when its session is closed.",
        low=0,
        high=60,
        restart=SESSIONS_TAKE,
    )
    restore: str = setting(
        "off",
        "Whether what ran when the machine stopped is begun anew as the daemon starts.",
        choices=("off", "on"),
        restart=SESSIONS_TAKE,
    )
    restart_delay_seconds: float = setting(
        1.0,
        "Before a command is begun again by its policy; twice that the next time.",
        low=0.01,
        high=3_600,
        restart=SESSIONS_TAKE,
    )
    restart_delay_max_seconds: float = setting(
        60.0, "The longest such delay.", low=0.01, high=86_400, restart=SESSIONS_TAKE
    )
    restarts_in_a_row: int = setting(
        10,
        "Then it stays down, unless it ran for a minute in between.",
        low=1,
        high=10_000,
        restart=SESSIONS_TAKE,
    )
    claude: tuple[str, ...] = setting(
        ("claude",), "The command of this agent.", such_as="claude", restart=SESSIONS_TAKE
    )
    codex: tuple[str, ...] = setting(
        ("codex",), "The command of this agent.", such_as="codex", restart=SESSIONS_TAKE
    )
    gemini: tuple[str, ...] = setting(
        ("gemini",), "The command of this agent.", such_as="gemini", restart=SESSIONS_TAKE
    )
    opencode: tuple[str, ...] = setting(
        ("opencode",), "The command of this agent.", such_as="opencode", restart=SESSIONS_TAKE
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
    redact: tuple[str, ...] = setting(
        (),
        "Regular expressions of what exports and searches must not show; a first group is shown.",
        high=100,
        pattern=r".{1,500}",
        is_expression=True,
        such_as="customer-[0-9]+",
        restart="It is made ready once.",
    )
