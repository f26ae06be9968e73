"""Canaries: secrets put into every part of a record, looked for in every place it is written to."""

import base64
import io
import logging
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdvd.ground.log import Log, LogSettings, logging_to
from rdvd.ground.redaction import PATTERNS, redact

from .processes import REPOSITORY

LOG = logging.getLogger("tests.canary")
TOKEN = "rdv_cli_" + "Canary7" * 7
BASE64 = base64.b64encode(b"canary".ljust(32, b"!")).decode()
PASSWORD = "canary-password"
CANARIES = (TOKEN[8:], BASE64, PASSWORD, "Canary7", BASE64[:20])


@contextmanager
def only_ours() -> Generator[None, None, None]:
    """pytest keeps what is logged, too, and falls over a wrong call."""
    root = logging.getLogger()
    before = list(root.handlers)
    root.handlers[:] = [handler for handler in before if isinstance(handler, Log)]
    try:
        yield
    finally:
        root.handlers[:] = before


def log_them_everywhere() -> None:
    LOG.info(f"message {TOKEN}")
    LOG.info("args %s %r", TOKEN, {"Authorization": f"Bearer {PASSWORD}"})
    LOG.info("headers %s", [(b"x-rdv-service-token", BASE64.encode()), (b"cookie", b"a=1")])
    LOG.info("Authorization: Basic %s", PASSWORD)
    LOG.info("GET /ws?ticket=%s&x=1", PASSWORD)
    LOG.info("x", extra={"token": PASSWORD, "nested": {"api_key": [PASSWORD], TOKEN: BASE64}})
    LOG.info("x", extra={"listed": [TOKEN, (BASE64,)], "object": ValueError(TOKEN)})
    LOG.info("x", extra={TOKEN: 1}, stack_info=True)
    logging.getLogger(TOKEN).info("x")
    log_an_exception()
    with only_ours():
        LOG.info("too few %s %s", TOKEN)  # a wrong call must not tell either


def log_an_exception() -> None:
    try:
        try:
            raise KeyError(TOKEN)
        except KeyError as error:
            error.add_note(f"sent Bearer {PASSWORD}")
            raise ExceptionGroup(TOKEN, [ValueError(BASE64), error]) from error
    except ExceptionGroup:
        LOG.exception("crashed with %s", TOKEN)


def no_canary_in(text: str) -> None:
    assert [canary for canary in CANARIES if canary in text] == []


def settings(folder: Path, **others: Any) -> LogSettings:
    return LogSettings(folder / "server.log", max_bytes=4_000, files=9, **others)


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secret_reaches_any_file_or_stderr(
    tmp_path: Path, form: str, capfd: pytest.CaptureFixture[str]
):
    stderr = io.StringIO()
    with logging_to(settings(tmp_path, stderr=form), {}, stderr):
        log_them_everywhere()

    files = [file.read_text() for file in tmp_path.iterdir()]
    assert len(files) > 1, "it was to rotate too"
    for text in (*files, stderr.getvalue(), *capfd.readouterr()):
        no_canary_in(text)
    assert "log.call_is_wrong" in stderr.getvalue()
    assert stderr.getvalue().count("[redacted]") > 10


def test_no_secret_reaches_the_journal(tmp_path: Path):
    with (tmp_path / "journal").open("w") as journal:
        found = os.fstat(journal.fileno())
        environ = {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"}
        with logging_to(settings(tmp_path), environ, journal):
            log_them_everywhere()

    text = (tmp_path / "journal").read_text()
    assert text.startswith("<6>")
    no_canary_in(text)


@pytest.mark.parametrize("where", ["main", "thread"])
def test_no_secret_is_printed_by_what_nobody_catches(where: str):
    code = (
        "import sys, threading\n"
        "from rdvd.ground.log import redact_uncaught\n"
        "redact_uncaught()\n"
        "def fall(): raise ValueError(sys.argv[2])\n"
        "if sys.argv[1] == 'main': fall()\n"
        "thread = threading.Thread(target=fall); thread.start(); thread.join()\n"
    )

    died = subprocess.run(
        [sys.executable, "-c", code, where, TOKEN],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

    assert "ValueError: rdv_cli_[redacted]" in died.stderr
    no_canary_in(died.stderr)


KINDS = st.sampled_from(["svc", "cli", "api", "ses", "wrk", "tkt", "ref"])
BASE62 = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", min_size=48)


@given(st.text(max_size=20), KINDS, BASE62.map(lambda text: text[:48] + "7"), st.text(max_size=20))
def test_no_token_survives_whatever_stands_around_it(
    before: str, kind: str, random: str, after: str
):
    assert random not in redact(f"{before}rdv_{kind}_{random}{after}")


@given(st.binary(min_size=32, max_size=32).map(lambda raw: base64.b64encode(raw).decode()))
def test_no_bare_token_survives_in_the_headers_that_carry_it(token: str):
    for text in (
        f"X-RDV-Service-Token: {token}",
        f"authorization: Bearer {token}",
        str({"authorization": token}),
        str([(b"authorization", b"Bearer " + token.encode())]),
    ):
        assert token[:43] not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Basic {}",
        "authorization:bearer {}",
        'Cookie: a="b"; c={}',
        "{{'set-cookie': 'a=b; c={}'}}",
        "(b'authorization', b'Bearer {}')",
        "Authorization: 'Bearer {}",
        "sent Bearer {} once",
        "/ws?ticket={}&page=1",
    ],
)
def test_whatever_stands_where_a_secret_belongs_is_gone(text: str):
    assert PASSWORD not in redact(text.format(PASSWORD))


@pytest.mark.parametrize(
    "text",
    [
        "rdv_api_requests_total 17",
        "rdv_session_token_file",
        "token_id 018f3a2b-0000-7000-8000-000000000000",
        "session 018f3a2b-0000-7000-8000-000000000000 opened",
        "sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "/home/ada/projects/a-rather-long/path/with/many/parts/in/it.py",
    ],
)
def test_what_is_no_secret_stays(text: str):
    assert redact(text) == text


WORDS = (
    "Cookie",
    "bearer",
    "BASIC",
    "rdv_",
    "x-api-key",
    "?token",
    "=",
    ": ",
    " ",
    "a1B2c3D4",
    BASE64,
)


@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=3)).map("".join))
def test_what_is_passed_over_unread_is_what_no_pattern_fits(text: str):
    expected = text
    for pattern, replacement in PATTERNS:
        expected = pattern.sub(replacement, expected)

    assert redact(text) == expected


def test_letters_that_only_look_like_others_hide_nothing():
    assert PASSWORD not in redact(f"ba\u017fic {PASSWORD}")
    assert PASSWORD not in redact(f"coo\u212aie: {PASSWORD}")
