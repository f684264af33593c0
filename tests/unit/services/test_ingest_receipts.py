"""Receipts: verified offline, by anybody, and by nobody once a bit was changed."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.receipts import BadReceipt, Signer, verify

SIGNER = Signer(b"r" * 32)
CONTENT = {"submission_id": "S1", "file_name": "成人.csv", "bytes": 17, "counts": {"rows_read": 3}}
RECEIPT = SIGNER.sign(CONTENT)


def test_a_receipt_verifies_however_it_is_indented() -> None:
    assert verify(RECEIPT, SIGNER.public_key) == CONTENT
    assert verify(json.dumps(json.loads(RECEIPT)), SIGNER.public_key) == CONTENT


def test_the_same_content_gives_the_same_receipt() -> None:
    assert Signer(b"r" * 32).sign(dict(reversed(CONTENT.items()))) == RECEIPT


@given(st.integers(0, 8 * len(RECEIPT.encode()) - 1))
def test_a_flipped_bit_never_verifies_as_something_else(bit: int) -> None:
    damaged = bytearray(RECEIPT.encode())
    damaged[bit // 8] ^= 1 << bit % 8
    try:
        said = verify(bytes(damaged), SIGNER.public_key)
    except BadReceipt:
        return
    # Blanks between the fields are not signed; what is said must not have changed.
    assert said == CONTENT


def test_another_key_is_named() -> None:
    other = Signer(b"x" * 32)
    with pytest.raises(BadReceipt, match="another key"):
        verify(RECEIPT, other.public_key)
    forged = json.loads(other.sign(CONTENT)) | {"key_id": SIGNER.key_id}
    with pytest.raises(BadReceipt, match="changed"):
        verify(json.dumps(forged), SIGNER.public_key)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"receipt": 1}', "\xff", "null"])
def test_what_is_no_receipt_is_said_to_be_none(text: str) -> None:
    with pytest.raises(BadReceipt):
        verify(text, SIGNER.public_key)


@pytest.mark.parametrize("key", ["", "???", base64.b64encode(b"short").decode()])
def test_a_bad_public_key_is_named(key: str) -> None:
    with pytest.raises(BadReceipt, match="public key"):
        verify(RECEIPT, key)
