"""What a request shows as proof of who is asking. Pure."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from attrs import frozen

from .tokens import MalformedToken, Secret, parse

Place: TypeAlias = Literal["service header", "authorization", "ticket"]
Headers: TypeAlias = Mapping[str, str]  # names in lower case

SERVICE_TOKEN = "x-rdv-service-token"
USER_ID = "x-rdv-user-id"
AUTHORIZATION = "authorization"


@frozen
class Shown:
    """A secret, where it was shown, and the user that a service says it acts for."""

    secret: Secret
    place: Place
    acting_for: str | None


def shown_by(headers: Headers, ticket: str | None = None) -> Shown | None:
    """The one credential that counts: service header, authorization, ticket, in this order.

    One that is wrong is refused; the next one in the order is not tried instead of it.
    """
    if SERVICE_TOKEN in headers:
        return Shown(parse(headers[SERVICE_TOKEN]), "service header", headers.get(USER_ID))
    if AUTHORIZATION in headers:
        return Shown(_bearer(headers[AUTHORIZATION]), "authorization", headers.get(USER_ID))
    if ticket is not None:
        return Shown(parse(ticket), "ticket", None)
    return None


def _bearer(value: str) -> Secret:
    """`Bearer <token>`; also a bare token, which is what seed 000 takes."""
    scheme, _, token = value.strip().partition(" ")
    if not token:
        return parse(scheme)
    if scheme.lower() != "bearer":
        raise MalformedToken("Authorization is of a kind we do not speak: send Bearer <token>")
    return parse(token)
