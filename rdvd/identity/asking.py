"""Who asks, of a request that was let in."""

from typing import Any, cast

from rdvd.ground.routes import Request

from .types import Principal


def principal_of(request: Request[Any]) -> Principal:
    """On a route that lets in nobody who could not be recognised. Ground knows no principals."""
    return cast(Principal, request.principal)
