"""The part of the configuration that each owner takes, in its own words, and that it takes it."""

import os
import pwd

from attrs import frozen

from actors import Ref
from rdvd.bytelog import RecordingSettings
from rdvd.cleanup import CleanupSettings
from rdvd.config import Config
from rdvd.ground.descriptors import room_for, shortage
from rdvd.ground.doors import Rules
from rdvd.ground.http import App, HttpSettings
from rdvd.ground.live import Live
from rdvd.ground.log import Log, LogSettings
from rdvd.ground.places import expand_home
from rdvd.identity import Auth, AuthSettings
from rdvd.limits import Guard, LimitSettings, Rate
from rdvd.preferences import Defaults
from rdvd.screens import Redactor
from rdvd.sessions import SessionSettings, Size
from rdvd.streams import Entrance
from rdvd.tmux import TmuxSettings
from rdvd.trash import TrashSettings
from rdvd.worktrees import WorktreeSettings

TO_SAY_GOODBYE = 3.0  # seconds; a stream has no answer to finish


@frozen
class Owners:
    """Whoever holds a setting that can change while it is held."""

    log: Log
    guard: Guard
    app: App
    entrance: Entrance
    at_api: Live[Rules]
    at_streams: Live[Rules]
    auth: Ref[Auth]

    async def take(self, config: Config) -> None:
        """All but the last change in one step; the last one does when it comes to it."""
        self.log.take(log_settings(config))
        self.guard.take(limit_settings(config))
        self.app.take(http_settings(config))
        self.entrance.take(http_settings(config).allowed_origins)
        self.at_api.replace(api_rules(config))
        self.at_streams.replace(stream_rules(config))
        await self.auth.call(Auth.take, auth_settings(config))


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


def api_rules(config: Config) -> Rules:
    wanted = config.server.max_connections
    return Rules(room_for(wanted) // 2, config.server.drain_seconds, shortage=shortage(wanted))


def stream_rules(config: Config) -> Rules:
    return Rules(room_for(config.server.max_connections) // 2, TO_SAY_GOODBYE)


def auth_settings(config: Config) -> AuthSettings:
    database = config.database.path
    return AuthSettings(
        pepper_file=database.with_name(f"{database.name}.pepper"),
        service_token_file=config.auth.service_token_file,
        rotation_days=config.auth.token_rotation_days,
    )


def cleanup_settings(config: Config) -> CleanupSettings:
    cleanup = config.cleanup
    return CleanupSettings(cleanup.cleanup_interval_hours * 3600, cleanup.ended_tokens_days)


def trash_settings(config: Config) -> TrashSettings:
    trash, days = config.trash, config.cleanup.trash_retention_days
    return TrashSettings(trash.directory, trash.max_bytes, days)


def tmux_settings(config: Config, soft_limit: int | None = None) -> TmuxSettings:
    tmux = config.tmux
    return TmuxSettings(
        run=tmux.directory,
        program=tmux.program,
        sessions_per_server=tmux.sessions_per_server,
        history_limit=tmux.history_limit,
        answer_seconds=tmux.answer_seconds,
        soft_limit=soft_limit,
    )


def worktree_settings(config: Config) -> WorktreeSettings:
    worktrees = config.worktrees
    return WorktreeSettings(
        logs=config.database.path.with_name("worktree-logs"),
        program=worktrees.git,
        copied=worktrees.copy,
        disposable=worktrees.disposable,
        fetches=worktrees.fetch == "on",
        fetch_seconds=worktrees.fetch_seconds,
        hook_seconds=worktrees.hook_seconds,
        git_seconds=worktrees.checkout_seconds,
    )


def redactor(config: Config) -> Redactor:
    """What exports and searches of logs must not show."""
    return Redactor(config.bytelog.redact)


def recording_settings(config: Config) -> RecordingSettings:
    bytelog = config.bytelog
    return RecordingSettings(
        sessions=bytelog.sessions,
        socket=bytelog.recorder_socket,
        lock=bytelog.recorder_lock,
        segment_bytes=bytelog.segment_bytes,
        session_bytes=bytelog.session_max_bytes,
        total_bytes=bytelog.total_max_bytes,
        age_days=bytelog.max_age_days,
        flush_seconds=bytelog.flush_seconds,
    )


def preference_defaults(config: Config) -> Defaults:
    sessions = session_settings(config)
    stall = config.monitoring.stall_threshold_seconds
    return Defaults(str(sessions.start_directory), sessions.shell, stall)


def session_settings(config: Config) -> SessionSettings:
    sessions, account = config.sessions, pwd.getpwuid(os.geteuid())
    return SessionSettings(
        directory=config.bytelog.sessions,
        api_socket=config.server.api_socket,
        start_directory=expand_home("~", os.environ),
        shell=sessions.shell or (account.pw_shell or "/bin/sh",),
        agents={
            "claude": sessions.claude,
            "codex": sessions.codex,
            "gemini": sessions.gemini,
            "opencode": sessions.opencode,
        },
        size=Size(sessions.columns, sessions.rows),
        grace_seconds=sessions.close_grace_seconds,
        most_sessions=sessions.most,
        restores=sessions.restore == "on",
        restart_delay_seconds=sessions.restart_delay_seconds,
        longest_restart_delay_seconds=sessions.restart_delay_max_seconds,
        most_restarts_in_a_row=sessions.restarts_in_a_row,
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
