"""Which credential a request shows, and that there is never a choice of two."""

import pytest

from rdvd.ground.errors import BadInput, Unauthenticated
from rdvd.ground.exchange import refuse_repeated
from rdvd.identity.credentials import SeveralCredentials, shown_by
from rdvd.identity.tokens import new_secret

ONE, OTHER = new_secret("api"), new_secret("svc")
PLACES = ("authorization", "x-rdv-service-token", "ticket")


def show(**where: str) -> object:
    ticket = where.pop("ticket", None)
    return shown_by({name.replace("_", "-"): value for name, value in where.items()}, ticket)


@pytest.mark.parametrize(
    ("first", "second"),
    [(one, other) for one in PLACES for other in PLACES if one < other],
)
def test_two_credentials_that_disagree_are_refused(first: str, second: str):
    both = {first.replace("-", "_"): ONE.reveal(), second.replace("-", "_"): OTHER.reveal()}

    with pytest.raises(SeveralCredentials):
        show(**both)


def test_the_same_credential_in_two_places_is_one():
    shown = shown_by(
        {"authorization": f"Bearer {ONE.reveal()}", "x-rdv-service-token": ONE.reveal()}
    )

    assert shown is not None
    assert (shown.secret, shown.place) == (ONE, "service header")


def test_no_credential_is_none():
    assert shown_by({}) is None


def test_who_acts_for_a_user_and_lost_its_token_is_not_taken_for_the_owner_of_its_process():
    with pytest.raises(Unauthenticated, match="X-RDV-User-ID"):
        shown_by({"x-rdv-user-id": "somebody"})


@pytest.mark.parametrize(
    "name",
    ["Authorization", "X-RDV-Service-Token", "x-rdv-user-id", "Idempotency-Key", "X-RDV-New"],
)
def test_a_header_that_says_who_asks_or_what_for_is_given_once(name: str):
    refuse_repeated([name, "Accept", "Accept"])

    with pytest.raises(BadInput, match=name.lower()):
        refuse_repeated([name, "Accept", name.upper()])
