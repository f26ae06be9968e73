"""The form of tokens, and what is kept instead of them. Pure.

`rdv_<kind>_` + 43 base62 digits (256 random bits) + 6 base62 digits (CRC32 of all before it). The
check digits find typing errors without the database and make scanning for leaks precise; they
protect nothing. Seed 000's form, bare base64 of 32 bytes, names no kind.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from typing import NoReturn, get_args
from zlib import crc32

from rdvd.ground.errors import Unauthenticated

from .types import KINDS, TokenKind

RANDOM_BYTES = 32
BODY_DIGITS = 43
CHECK_DIGITS = 6
LONGEST_TEXT = 200
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
VALUES = {digit: value for value, digit in enumerate(DIGITS)}
BASE64_LENGTHS = (43, 44)
# Wider than the true form, so that a mistyped or cut token is hidden as well.
LOOKS_LIKE_A_TOKEN = re.compile(
    rf"rdv_({'|'.join(KINDS)})_[0-9A-Za-z]{{8,}}|(?<![0-9A-Za-z+/])[0-9A-Za-z+/]{{43}}=?(?![0-9A-Za-z+/=])"
)


class MalformedToken(Unauthenticated):
    """What was sent is no token. The detail says why and never repeats it."""

    code = "MALFORMED_TOKEN"


class Secret:
    """A token's value. Whoever prints it sees its kind only; `reveal` is for its one reader.

    No attrs class on purpose: what turns values into dictionaries must not find the inside.
    """

    __slots__ = ("_random", "kind")

    def __init__(self, kind: TokenKind | None, random: bytes) -> None:
        self.kind: TokenKind | None = (
            kind  # None: seed 000's form, which may be a service or a CLI token
        )
        self._random = random

    def reveal(self) -> str:
        """The token itself, to be shown once."""
        if self.kind is None:
            return base64.b64encode(self._random).decode()
        stem = f"rdv_{self.kind}_{_encode(int.from_bytes(self._random, 'big'), BODY_DIGITS)}"
        return stem + _check(stem)

    def digest(self, pepper: bytes) -> bytes:
        """What is stored. Without the pepper a stolen table is of no use."""
        return hashlib.blake2b(self._random, digest_size=32, key=pepper).digest()

    def may_be(self, kind: TokenKind) -> bool:
        return self.kind == kind or (self.kind is None and kind in ("svc", "cli"))

    def __repr__(self) -> str:
        return f"<secret {self.kind or 'token'}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and is_same(self._random, other._random)

    def __hash__(self) -> int:
        return hash(Secret)  # a hash of the inside would be one more place where it shows

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not copied into files or other processes")


def new_secret(kind: TokenKind) -> Secret:
    return Secret(kind, secrets.token_bytes(RANDOM_BYTES))


def is_same(one: bytes, other: bytes) -> bool:
    """Compare in a time that does not tell where they differ."""
    return hmac.compare_digest(one, other)


def parse(text: str) -> Secret:
    """The secret in what somebody sent. Whether it is a good one only the table knows."""
    text = text.strip()
    if not text:
        raise MalformedToken("the token is empty")
    if len(text) > LONGEST_TEXT or not text.isascii():
        raise MalformedToken("the token is too long or has letters that no token has")
    return _parse_ours(text) if text.startswith("rdv_") else _parse_bare(text)


def redact(text: str) -> str:
    """The text with everything hidden that could be a token."""
    return LOOKS_LIKE_A_TOKEN.sub(lambda match: f"<secret {match[1] or 'token'}>", text)


def _parse_ours(text: str) -> Secret:
    _, _, rest = text.partition("_")
    kind, _, digits = rest.partition("_")
    if kind not in KINDS:
        raise MalformedToken(f"the token is of no kind we know ({', '.join(get_args(TokenKind))})")
    if len(digits) != BODY_DIGITS + CHECK_DIGITS or not VALUES.keys() >= set(digits):
        raise MalformedToken(
            f"after rdv_{kind}_ come {BODY_DIGITS + CHECK_DIGITS} letters and digits: this token "
            "was cut or has something added"
        )
    stem = text[:-CHECK_DIGITS]
    number = _decode(digits[:BODY_DIGITS])
    if _check(stem) != text[-CHECK_DIGITS:] or number >= 1 << (8 * RANDOM_BYTES):
        raise MalformedToken("the token is mistyped: its check digits do not fit")
    return Secret(kind, number.to_bytes(RANDOM_BYTES, "big"))


def _parse_bare(text: str) -> Secret:
    """Seed 000's form: standard base64 of 32 bytes, with or without its padding."""
    try:
        random = base64.b64decode(text.rstrip("=") + "=", validate=True)
    except binascii.Error:
        random = b""
    if len(text) not in BASE64_LENGTHS or len(random) != RANDOM_BYTES:
        raise MalformedToken("a token starts with rdv_, or is 32 bytes in base64")
    return Secret(None, random)


def _check(stem: str) -> str:
    return _encode(crc32(stem.encode()), CHECK_DIGITS)


def _encode(number: int, width: int) -> str:
    digits: list[str] = []
    for _ in range(width):
        number, value = divmod(number, len(DIGITS))
        digits.append(DIGITS[value])
    return "".join(reversed(digits))


def _decode(digits: str) -> int:
    number = 0
    for digit in digits:
        number = number * len(DIGITS) + VALUES[digit]
    return number
