"""Which service token is the present one, and what its file must say. Pure but for the file.

Kill -9 at any instruction leaves one of two states: the file holds the old token, or the new one.
Both tokens are good then, and the next start gives all but the file's own their ten minutes.
"""

from pathlib import Path

from .keyring import Keyring, Moment
from .secret_files import UnsafeFile, read_secret_file, replace_secret_file
from .tokens import MalformedToken, Secret, parse
from .types import Token, TokenId


def read_service_token(path: Path) -> Secret | None:
    """The token in the file, or None if there is no file. Seed 000's form is taken too."""
    content = read_secret_file(path)
    if content is None:
        return None
    try:
        secret = parse(content.decode("ascii", errors="replace"))
    except MalformedToken as error:
        raise UnsafeFile(f"{path} holds no token; move it away and start again") from error
    if not secret.may_be("svc"):
        raise UnsafeFile(f"{path} holds a token of another kind; move it away and start again")
    return secret


def write_service_token(path: Path, secret: Secret) -> None:
    replace_secret_file(path, f"{secret.reveal()}\n".encode())


def present_service_token(keyring: Keyring, digest: bytes, now: Moment) -> Token | None:
    """The good service token with this digest, unless it is on its way out already."""
    token = keyring.find(digest, now)
    return token if token is not None and token.kind == "svc" and token.expires is None else None


def to_retire(keyring: Keyring, present: TokenId, now: Moment) -> list[TokenId]:
    """Service tokens that have no end yet and should get one."""
    others = (token for token in keyring.of_kind("svc", now) if token.id != present)
    return [token.id for token in others if token.expires is None]
