"""Requests to the daemon over its Unix socket: blocking, and with little to import."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from os import PathLike, fspath

from rdvd.cli.exits import DAEMON_DOWN, OF_STATUS, REFUSED, TIMED_OUT, Failure
from rdvd.cli.http import Answer, Exchange
from rdvd.cli.parsing import Json as Json
from rdvd.cli.parsing import parse

START_IT = (
    "Start it with `rdv service start` if it is a service, else with `rdv daemon start`,"
    " or `./dev run` in a checkout."
)


class Api:
    """The daemon, as one command sees it."""

    def __init__(
        self, path: str | PathLike[str], token: str | None = None, seconds: float = 30
    ) -> None:
        self._path = fspath(path)
        self._token = token
        self._seconds = seconds

    def get(self, path: str) -> Json:
        return self.request("GET", path)

    def request(self, method: str, path: str, body: str | None = None) -> Json:
        """What it answered; a `Failure` with its reason if it refused or is not there."""
        status, text = self.exchange(method, path, body)
        answer = _parse(text, status)
        if status >= 400:
            raise failure_of(status, answer, with_token=self._token is not None)
        return answer

    def text(self, path: str) -> str:
        """What it answered if that is no JSON, such as the metrics."""
        status, text = self.exchange("GET", path)
        if status >= 400:
            raise failure_of(status, _parse(text, status), with_token=self._token is not None)
        return text

    def pieces(self, path: str) -> Iterator[bytes]:
        """What it answers while it makes it. Raises if that does not come to its end."""
        with self._asking("GET", path) as answer:
            if answer.status >= 400:
                told = _parse(answer.read().decode(), answer.status)
                raise failure_of(answer.status, told, with_token=self._token is not None)
            yield from answer.pieces()

    def exchange(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        """Status and text of the answer, whatever they are."""
        with self._asking(method, path, body) as answer:
            return answer.status, answer.read().decode()

    @contextmanager
    def _asking(self, method: str, path: str, body: str | None = None) -> Generator[Answer]:
        sent = None if body is None else body.encode()
        try:
            with Exchange(self._path, self._seconds) as exchange:
                yield exchange.ask(method, path, self._headers(body), sent)
        except (FileNotFoundError, ConnectionRefusedError) as error:
            cause = f"the daemon does not listen at {self._path}"
            raise Failure(cause, hint=START_IT, code=DAEMON_DOWN) from error
        except TimeoutError as error:
            raise Failure(f"no answer within {self._seconds:g} s", code=TIMED_OUT) from error
        except (OSError, ValueError) as error:
            raise Failure(f"the daemon cannot be asked: {error}", code=REFUSED) from error

    def _headers(self, body: str | None) -> dict[str, str]:
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        return headers


def _parse(text: str, status: int) -> Json:
    try:
        return parse(text)
    except ValueError as error:
        cause = f"the answer ({status}) is not JSON: {text[:80]!r}"
        raise Failure(cause, code=REFUSED) from error


def failure_of(status: int, answer: Json, *, with_token: bool) -> Failure:
    """Problem details (RFC 9457) as cause and hint."""
    problem = answer if isinstance(answer, dict) else {}
    cause = problem.get("detail") or problem.get("title") or f"the daemon answered {status}"
    hint = f"request {problem['instance']}" if status >= 500 and "instance" in problem else ""
    if status == 401 and with_token:
        hint = "The token in cli-token is no longer good: `rdv auth login` gets another."
    return Failure(str(cause), hint=hint, code=OF_STATUS.get(status, REFUSED))
