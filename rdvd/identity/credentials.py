"""What a request shows as proof of who is asking. Pure."""

from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

from attrs import frozen

from rdvd.ground.errors import Unauthenticated

from .tokens import MalformedToken, Secret, parse

Place: TypeAlias = Literal["service header", "authorization", "ticket"]
Headers: TypeAlias = Mapping[str, str]  # names in lower case

SERVICE_TOKEN = "x-rdv-service-token"
USER_ID = "x-rdv-user-id"
AUTHORIZATION = "authorization"


class SeveralCredentials(Unauthenticated):
    """It is not clear who asks."""

    code = "SEVERAL_CREDENTIALS"


class ServiceWithoutToken(Unauthenticated):
    """A service that lost its token is not to become the owner whose process it is."""

    code = "MISSING_TOKEN"


@frozen
class Shown:
    """A secret, where it was shown, and the user that a service says it acts for."""

    secret: Secret
    place: Place
    acting_for: str | None


def shown_by(headers: Headers, ticket: str | None = None) -> Shown | None:
    """The credential of a request, whatever carries it. One that is wrong is refused.

    So are several that disagree: whoever forwards a request and whoever answers it might each
    believe another one.
    """
    shown = list(_all_shown(headers, ticket))
    if not shown and USER_ID in headers:
        raise ServiceWithoutToken("X-RDV-User-ID is a service's, and comes with its token")
    if any(each.secret != shown[0].secret for each in shown):
        raise SeveralCredentials("more than one credential was sent, and they are not the same")
    return shown[0] if shown else None


def _all_shown(headers: Headers, ticket: str | None) -> Iterator[Shown]:
    """The service's header first: it may say less than `Authorization`."""
    acting_for = headers.get(USER_ID)
    if SERVICE_TOKEN in headers:
        yield Shown(parse(headers[SERVICE_TOKEN]), "service header", acting_for)
    if AUTHORIZATION in headers:
        yield Shown(_bearer(headers[AUTHORIZATION]), "authorization", acting_for)
    if ticket is not None:
        yield Shown(parse(ticket), "ticket", None)


def _bearer(value: str) -> Secret:
    """`Bearer <token>`; also a bare token, which is what seed 000 takes."""
    scheme, _, token = value.strip().partition(" ")
    if not token:
        return parse(scheme)
    if scheme.lower() != "bearer":
        raise MalformedToken("Authorization is of a kind we do not speak: send Bearer <token>")
    return parse(token)
