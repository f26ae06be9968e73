"""What a client asks for when it knocks, read strictly. Pure."""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, urlsplit

from attrs import field, frozen

from rdvd.ground.errors import BadInput
from rdvd.ground.exchange import refuse_repeated

TICKET_PROTOCOL = "rdv.ticket."  # offered with the ticket behind it, so that no URL carries it
AUTH_PROTOCOL = "rdv.auth"  # offered by who says who it is in the first message
CREDENTIALS = {"authorization", "x-rdv-service-token"}
MOST_QUERY_FIELDS = 32

RawHeaders = Sequence[tuple[bytes, bytes]]


@frozen
class Knock:
    """A wish to open a stream. The ticket is in no `repr`, and in no query that a handler sees."""

    path: str
    query: Mapping[str, str] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)  # names in lower case
    origins: list[str]
    protocols: tuple[str, ...] = field(repr=False)
    ticket: str | None = field(repr=False)
    tells_later: bool  # who it is, in its first message: then the kernel's word does not count

    def agree(self, spoken: Sequence[str]) -> str | None:
        """The first of ours that the client offers: never the one with the ticket."""
        return next((each for each in spoken if each in self.protocols), None)


def read_knock(target: str, raw: RawHeaders, protocols: Sequence[str]) -> Knock:
    """Raises `BadInput` for what can be read in two ways."""
    refuse_repeated(name.decode("latin-1") for name, _ in raw)
    headers = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in raw]
    path, query = _split(target)
    offered = [each for each in protocols if each.startswith(TICKET_PROTOCOL)]
    tickets = [each.removeprefix(TICKET_PROTOCOL) for each in offered]
    tickets += [query.pop("ticket")] if "ticket" in query else []
    if len(tickets) > 1:
        raise BadInput("show one ticket, once")
    ticket = tickets[0] if tickets else None
    tells_later = query.pop("auth", None) == "message" or AUTH_PROTOCOL in protocols
    if tells_later and (ticket is not None or CREDENTIALS & dict(headers).keys()):
        raise BadInput("show a credential now, or in the first message; not both")
    origins = [value for name, value in headers if name == "origin"]
    return Knock(path, query, dict(headers), origins, tuple(protocols), ticket, tells_later)


def _split(target: str) -> tuple[str, dict[str, str]]:
    try:
        parts = urlsplit(target)
        pairs = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=MOST_QUERY_FIELDS)
    except ValueError as error:
        raise BadInput("this is no target, or its query has too many fields") from error
    if len(dict(pairs)) < len(pairs):
        raise BadInput("a field of the query is there twice")
    return parts.path, dict(pairs)
