import inspect
import pickle
import string

import pytest
from attrs import asdict
from hypothesis import given
from hypothesis import strategies as st

from rdvd.identity.actor import Minted
from rdvd.identity.keyring import Keyring
from rdvd.identity.tokens import (
    DIGITS,
    MalformedToken,
    Secret,
    is_same,
    new_secret,
    parse,
    redact,
)
from rdvd.identity.types import KINDS, Token, TokenId, TokenKind, UserId

kinds = st.sampled_from(KINDS)
randoms = st.binary(min_size=32, max_size=32)


@given(kinds, randoms)
def test_a_token_is_read_as_it_was_written(kind: TokenKind, random: bytes):
    text = Secret(kind, random).reveal()

    assert (kind, Secret(kind, random)) == (parse(text).kind, parse(text))
    assert len(text) == len("rdv_svc_") + 43 + 6


@given(randoms)
def test_bare_base64_is_read_and_may_be_a_service_or_a_cli_token_only(random: bytes):
    text = Secret(None, random).reveal()

    for form in (text, text.rstrip("="), f" {text}\n"):
        assert parse(form) == Secret(None, random)
        assert [kind for kind in KINDS if parse(form).may_be(kind)] == ["svc", "cli"]


@given(kinds, randoms, st.data())
def test_one_wrong_letter_is_found_without_the_table(
    kind: TokenKind, random: bytes, data: st.DataObject
):
    text = Secret(kind, random).reveal()
    place = data.draw(st.integers(8, len(text) - 1))
    letter = data.draw(st.sampled_from([digit for digit in DIGITS if digit != text[place]]))

    with pytest.raises(MalformedToken, match="mistyped"):
        parse(text[:place] + letter + text[place + 1 :])


@given(st.text() | st.text(string.ascii_letters + "_=+/", max_size=60).map("rdv_".__add__))
def test_whatever_is_sent_is_a_token_or_is_refused_without_being_repeated(text: str):
    refusal = ""
    try:
        parse(text)
    except MalformedToken as error:
        refusal = error.detail
    assert len(text) <= len("rdv_svc_") or text not in refusal


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("rdv_xyz_" + "0" * 49, "no kind we know"),
        ("rdv_svc_" + "0" * 48, "cut"),
        ("rdv_svc_" + "0" * 48 + "-", "cut"),
        ("rdv_svc_" + "z" * 49, "mistyped"),
        ("A" * 42, "base64"),
        ("é" * 49, "letters that no token has"),
        ("A" * 10_000, "too long"),
    ],
)
def test_a_refusal_says_what_is_wrong(text: str, why: str):
    with pytest.raises(MalformedToken, match=why):
        parse(text)


def test_the_digest_depends_on_the_pepper_and_is_the_same_in_both_forms():
    secret = new_secret("cli")
    bare = Secret(None, bytes.fromhex(secret._random.hex()))  # pyright: ignore[reportPrivateUsage]  # the test looks inside

    assert secret.digest(b"p" * 32) == parse(bare.reveal()).digest(b"p" * 32)
    assert secret.digest(b"p" * 32) != secret.digest(b"q" * 32)
    assert len(secret.digest(b"p" * 32)) == 32


def test_a_secret_hides_from_everything_that_prints_or_copies():
    secret = new_secret("api")
    minted = Minted(Token(TokenId("t"), "api", UserId("u"), "n", 0), secret)
    prints = [repr(secret), str(secret), f"{secret}", repr([secret]), repr(minted), f"{minted!s}"]

    assert not any(secret.reveal()[8:] in text for text in [*prints, str(asdict(minted))])
    assert "<secret api>" == repr(secret)
    with pytest.raises(TypeError):
        pickle.dumps(secret)


@given(st.text(), kinds, randoms, st.text())
def test_redaction_leaves_no_token(before: str, kind: TokenKind, random: bytes, after: str):
    token = Secret(kind, random).reveal()

    assert token not in redact(f"{before}{token}{after}")
    assert token[:30] not in redact(f"{before}{token[:30]} {after}")


def test_redaction_hides_bare_tokens_and_leaves_other_text_alone():
    bare = Secret(None, bytes(range(32))).reveal()

    assert redact(f"sent {bare}!") == "sent <secret token>!"
    assert redact(plain := "a uuid 0190c0de-0000-7000-8000-000000000000 and a/b/c") == plain


def test_secrets_are_compared_in_a_time_that_tells_nothing():
    """Time itself is too noisy to be looked at, so this looks at what is called."""
    assert "compare_digest" in inspect.getsource(is_same)
    assert "is_same" in inspect.getsource(Secret.__eq__)
    assert "is_same(held.digest, digest)" in inspect.getsource(Keyring.find)
