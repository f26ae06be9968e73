"""What looks like a secret is taken out, and nothing else."""

import pytest

from rdvd.ground.errors import BadInput
from rdvd.screens import Redactor

SECRETS = [
    "AKIA" + "IOSFODNN7EXAMPLE",
    "ghp_" + "a1B2" * 9,
    "github_pat_" + "11ABCDE_" * 5,
    "glpat-" + "x" * 20,
    "sk-ant-" + "api03-" + "Zz9" * 12,
    "xoxb-" + "123456789012-abcdef",
    "AIza" + "S" * 35,
    "npm_" + "q" * 36,
    "eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_of_a_known_shape_is_taken_out(secret: str):
    assert f"key {secret}, and more".replace(secret, "[redacted]") == Redactor().redact(
        f"key {secret}, and more"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("export DB_PASSWORD=hunter2hunter2", "export DB_PASSWORD=[redacted]"),
        ('{"api_key": "abcdef123456"}', '{"api_key": [redacted]"}'),
        ("git clone https://me:s3cr3t@host/x", "git clone https://me:[redacted]@host/x"),
        ("rdv_cli_" + "A1b2C3" * 8, "rdv_cli_[redacted]"),
        ("Authorization: Bearer abc.def", "Authorization: [redacted]"),
    ],
)
def test_the_name_in_front_of_a_secret_stays(text: str, shown: str):
    assert shown == Redactor().redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "commit 2f71ebb0c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f6",
        "token count: 12",
        "ls -la /home/me/some/long/path/that/is/harmless",
        "https://host:8080/path",
        "the skeleton key is sk-short",
    ],
)
def test_what_is_no_secret_stays(text: str):
    assert text == Redactor().redact(text)


def test_a_private_key_is_taken_out_whole():
    key = "-----BEGIN RSA PRIVATE KEY-----\nMIIabc\nxyz==\n-----END RSA PRIVATE KEY-----\nafter"

    shown = Redactor().redact(key)

    assert "-----BEGIN RSA PRIVATE KEY-----[redacted]-----END RSA PRIVATE KEY-----\nafter" == shown


def test_patterns_of_the_user_are_added_and_their_first_group_stays():
    redactor = Redactor([r"customer-\d+", r"(pin: )\d{4}"])

    assert "[redacted] has pin: [redacted]" == redactor.redact("customer-42 has pin: 1234")


def test_known_shapes_can_be_switched_off():
    assert SECRETS[0] == Redactor(well_known=False).redact(SECRETS[0])


@pytest.mark.parametrize("pattern", ["(", "a{99999999999999999999}", "x" * 501])
def test_a_pattern_that_is_none_is_refused(pattern: str):
    with pytest.raises(BadInput, match="to redact"):
        Redactor([pattern])


def test_output_keeps_its_form_when_masked():
    secret = "AKIA" + "IOSFODNN7EXAMPLE"
    output = f"a \x1b[1m{secret[:7]}\x1b[0m{secret[7:]} b\r\n"

    masked, certain = Redactor().mask(output)

    assert f"a \x1b[1m{'*' * 7}\x1b[0m{'*' * 13} b\r\n" == masked
    assert certain == len(output)
