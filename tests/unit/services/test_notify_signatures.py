"""The signature of the webhook: over the bytes as they came, by one of two secrets."""

import base64
import json

import pytest

from services.notify.signatures import is_signed, sign

BODY = '{"destination":"U1","events":[{"type":"follow","說":"\\u4f60"}]}'.encode()
NOW, BEFORE = "present-secret", "former-secret"


def test_what_line_signed_is_accepted() -> None:
    # Worked out by hand with openssl: HMAC-SHA256 of "{}" under "secret".
    assert sign("secret", b"{}") == "dzJZAsrKgS3CWXM6rNBGtzgXNyx3e42VtAJkdHRRbhM="
    assert is_signed(BODY, sign(NOW, BODY), (NOW,))


def test_both_secrets_are_accepted_while_they_are_rotated() -> None:
    for secret in (NOW, BEFORE):
        assert is_signed(BODY, sign(secret, BODY), (NOW, BEFORE))
    assert not is_signed(BODY, sign(BEFORE, BODY), (NOW,))


def test_every_single_bit_of_the_body_counts() -> None:
    signature = sign(NOW, BODY)
    for place in range(8 * len(BODY)):
        turned = bytearray(BODY)
        turned[place // 8] ^= 1 << place % 8
        assert not is_signed(bytes(turned), signature, (NOW, BEFORE))


def test_every_single_bit_of_the_signature_counts() -> None:
    digest = base64.b64decode(sign(NOW, BODY))
    for place in range(8 * len(digest)):
        turned = bytearray(digest)
        turned[place // 8] ^= 1 << place % 8
        assert not is_signed(BODY, base64.b64encode(turned).decode(), (NOW, BEFORE))


def test_a_body_written_anew_is_another_body() -> None:
    anew = json.dumps(json.loads(BODY)).encode()
    assert json.loads(anew) == json.loads(BODY)
    assert not is_signed(anew, sign(NOW, BODY), (NOW,))


@pytest.mark.parametrize(
    "signature", ["", " ", "=", "簽章", "\ud800", sign(NOW, BODY)[:-1], "x" * 44]
)
def test_nonsense_is_refused(signature: str) -> None:
    assert not is_signed(BODY, signature, (NOW, BEFORE))
