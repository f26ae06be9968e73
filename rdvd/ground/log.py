"""Logging, set up once: to a rotating file and to stderr, by a thread of its own.

Who logs hands the record over and goes on. If the thread cannot keep up, records are dropped and
counted; the count is written as soon as there is room again.
"""

import logging
import os
import queue
import sys
import threading
import traceback
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from logging.handlers import QueueHandler, RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from attrs import frozen

from rdvd.ground.log_lines import ForJournal, JsonLines, TextLines, extras
from rdvd.ground.private import open_private
from rdvd.ground.redaction import plain, redact

ACTORS = "actors"
ROOM = 10_000  # records that may wait
PATIENCE = 5.0  # seconds that the end of the process waits for the last lines


@frozen
class LogSettings:
    """What is written, and where. `files` counts the one being written to."""

    file: Path | None
    level: str = "info"  # a name that logging knows, in lower case
    max_bytes: int = 10_000_000
    files: int = 5
    stderr: str = "text"  # or json, or none: nothing is written there
    room: int = ROOM


@contextmanager
def logging_to(
    settings: LogSettings, environ: Mapping[str, str], stderr: TextIO | None = None
) -> Generator["Log", None, None]:
    """Everything logged in here is written; at the end the last line is waited for."""
    root, before = logging.getLogger(), logging.getLogger().level
    if any(isinstance(handler, Log) for handler in root.handlers):
        raise RuntimeError("logging is set up once, and it already is")
    stream = sys.stderr if stderr is None else stderr
    sinks: list[Sink] = []
    if settings.file is not None:
        sinks.append(FileSink(settings.file, settings))
    if settings.stderr != "none":
        sinks.append(StderrSink(stream, settings, environ))
    log = Log(sinks, settings.room)
    log.take(settings)
    root.addHandler(log)
    try:
        yield log
    finally:
        root.removeHandler(log)
        root.setLevel(before)
        logging.getLogger(ACTORS).setLevel(logging.NOTSET)
        log.close()


class Sink(logging.Handler):
    """Counts what it could not write, and neither complains on stderr nor dies of it."""

    failed = 0

    def take(self, settings: LogSettings) -> None:
        """From the next line on. The thread that writes reads what is replaced here."""
        raise NotImplementedError

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802, ARG002 - logging's own
        self.failed += 1


class StderrSink(Sink, logging.StreamHandler[TextIO]):
    def __init__(self, stream: TextIO, settings: LogSettings, environ: Mapping[str, str]) -> None:
        logging.StreamHandler.__init__(self, stream)  # pyright: ignore[reportUnknownMemberType]
        self._to_journal = _is_journal(stream, environ)
        self.take(settings)

    def take(self, settings: LogSettings) -> None:
        lines = TextLines() if settings.stderr == "text" else JsonLines()
        self.setFormatter(ForJournal(lines) if self._to_journal else lines)


class FileSink(Sink, RotatingFileHandler):
    def __init__(self, path: Path, settings: LogSettings) -> None:
        RotatingFileHandler.__init__(
            self,
            path,
            encoding="utf-8",
            errors="backslashreplace",
        )
        self.take(settings)
        self.setFormatter(JsonLines())

    def take(self, settings: LogSettings) -> None:
        self.maxBytes, self.backupCount = settings.max_bytes, settings.files - 1

    def doRollover(self) -> None:  # noqa: N802 - logging's own
        """Drop, too, what was kept when more was to be kept."""
        super().doRollover()
        number = self.backupCount + 1
        while (surplus := Path(f"{self.baseFilename}.{number}")).exists():
            surplus.unlink()
            number += 1

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own
        """Such as a full disk. The next record opens the file anew: perhaps there is room again."""
        super().handleError(record)
        stream: TextIOWrapper | None = self.stream
        self.stream = None  # what emit looks for
        with suppress(OSError, ValueError):
            if stream is not None:
                stream.close()

    def _open(self) -> TextIOWrapper:
        descriptor = open_private(Path(self.baseFilename), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        return open(descriptor, "a", encoding=self.encoding, errors=self.errors)  # noqa: PTH123


class Log(QueueHandler):
    """The way from those who log to the thread that writes."""

    def __init__(self, sinks: list[Sink], room: int) -> None:
        self._waiting: queue.Queue[logging.LogRecord | None] = queue.Queue(room)
        super().__init__(self._waiting)
        self.dropped = 0
        self._told = 0
        self._sinks = sinks
        # A daemon thread, so that a disk that hangs does not keep the process from ending.
        self._thread = threading.Thread(target=self._write_all, name="log", daemon=True)
        self._thread.start()

    @property
    def failed(self) -> int:
        """Lines that a sink could not take, such as on a full disk."""
        return sum(sink.failed for sink in self._sinks)

    @property
    def waiting(self) -> int:
        return self._waiting.qsize()

    def wait_written(self) -> None:
        """Until what was logged so far is written. For tests and last words: it blocks."""
        self._waiting.join()

    def take(self, settings: LogSettings) -> None:
        """From now on; only where the file is cannot change.

        The lives of actors are told at any level, to whoever else listens.
        """
        self.setLevel(settings.level.upper())
        logging.getLogger().setLevel(self.level)
        logging.getLogger(ACTORS).setLevel(min(self.level, logging.INFO))
        for sink in self._sinks:
            sink.take(settings)

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """Take a picture of what was said, for it may change; the rest is the thread's work."""
        picture = logging.makeLogRecord(vars(record))
        picture.msg, picture.args = record.getMessage(), None
        for name, value in extras(record).items():
            setattr(picture, name, plain(value))
        return picture

    def enqueue(self, record: logging.LogRecord) -> None:
        try:
            self._waiting.put_nowait(record)
        except queue.Full:
            self.dropped += 1  # safe: logging holds this handler's lock around emit

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own
        """A call to the log that is wrong in itself: say where it stands, never what it said."""
        error = sys.exc_info()[0] or Exception
        facts = {"error": error.__name__, "where": f"{record.pathname}:{record.lineno}"}
        self.enqueue(_record("rdvd.log", logging.ERROR, "log.call_is_wrong", facts))

    def close(self) -> None:
        """Write what is waiting, for so long as one can be expected to wait, and end the thread."""
        super().close()
        if not self._thread.is_alive():
            return
        try:
            self._waiting.put(None, timeout=PATIENCE)
        except queue.Full:
            return  # it hangs in a write; the process must end nevertheless
        self._thread.join(PATIENCE)

    def _write_all(self) -> None:
        while (record := self._waiting.get()) is not None:
            self._write(record)
            self._tell_what_was_dropped()
            self._waiting.task_done()
        self._tell_what_was_dropped()
        for sink in self._sinks:
            with suppress(OSError, ValueError):
                sink.close()

    def _tell_what_was_dropped(self) -> None:
        if self.dropped > self._told:
            count, self._told = self.dropped - self._told, self.dropped
            self._write(_record("rdvd.log", logging.WARNING, "log.dropped", {"count": count}))

    def _write(self, record: logging.LogRecord) -> None:
        for sink in self._sinks:
            sink.handle(record)


def redact_uncaught() -> None:
    """From now on, what nobody catches is printed without secrets too."""

    def show(kind: type[BaseException], error: BaseException, at: TracebackType | None) -> None:
        sys.stderr.write(redact("".join(traceback.format_exception(kind, error, at))))

    def show_of_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and args.exc_type is not SystemExit:
            show(args.exc_type, args.exc_value, args.exc_traceback)

    sys.excepthook = show
    threading.excepthook = show_of_thread


def _record(logger: str, level: int, event: str, facts: dict[str, Any]) -> logging.LogRecord:
    level_name = logging.getLevelName(level)
    return logging.makeLogRecord(
        {"name": logger, "levelno": level, "levelname": level_name, "msg": event, **facts}
    )


def _is_journal(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """The variable is inherited by those whose stderr leads elsewhere: see systemd.exec(5)."""
    try:
        found = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return environ.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"
