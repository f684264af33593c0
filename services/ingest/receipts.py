"""Receipts: what was received, when, its digest and counts, signed with Ed25519; checked offline.

A receipt is a JSON object {receipt, key_id, signature}. Signed are the bytes of ``receipt`` as
canonical JSON: keys sorted, no blanks, UTF-8. So the file may be re-indented and still verifies.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from claims.periods import iso_text
from services.ingest.submissions import Submission

VERSION = 1


class BadReceipt(Exception):
    """Not a receipt, or not signed by this key. Says which."""


def canonical(content: Mapping[str, Any]) -> bytes:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8")


def content_of(submission: Submission) -> dict[str, Any]:
    """What the receipt of a produced submission says."""
    return {
        "version": VERSION,
        "submission_id": submission.submission_id,
        "facility_id": submission.facility_id,
        "file_name": submission.file_name,
        "kind": submission.kind,
        "programme": submission.programme,
        "sha256": submission.sha256,
        "bytes": submission.size_bytes,
        "received_on": iso_text(submission.received_on),
        "received_at": submission.received_at.isoformat(timespec="milliseconds"),
        "counts": dict(submission.counts),
    }


class Signer:
    """Signs; ``public_key`` is what a clinic needs to verify, in base64."""

    def __init__(self, private_key: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(private_key)
        public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.public_key = base64.b64encode(public).decode()
        self.key_id = key_id_of(public)

    def sign(self, content: Mapping[str, Any]) -> str:
        """The receipt as JSON text. Ed25519 is deterministic: same content, same text."""
        signature = base64.b64encode(self._key.sign(canonical(content))).decode()
        receipt = {"receipt": dict(content), "key_id": self.key_id, "signature": signature}
        return json.dumps(receipt, ensure_ascii=False, sort_keys=True, indent=1)


def key_id_of(public_key: bytes) -> str:
    """Short name of a public key."""
    return hashlib.blake2b(public_key, digest_size=8).hexdigest()


def verify(receipt: str | bytes, public_key: str) -> dict[str, Any]:
    """What the receipt says, if it is ours and untouched; raises BadReceipt otherwise."""
    try:
        public = base64.b64decode(public_key.strip(), validate=True)
        verifier = Ed25519PublicKey.from_public_bytes(public)
    except ValueError as bad:
        raise BadReceipt("the public key is not 32 bytes in base64") from bad
    try:
        outer = json.loads(receipt)
        content = outer["receipt"]
        signature = base64.b64decode(outer["signature"], validate=True)
        signed, named = canonical(content), str(outer["key_id"])
    except (ValueError, TypeError, KeyError) as bad:
        raise BadReceipt("this is not a receipt") from bad
    if not isinstance(content, dict):
        raise BadReceipt("this is not a receipt")
    if named != key_id_of(public):
        raise BadReceipt(f"signed with another key ({named[:32]})")
    try:
        verifier.verify(signature, signed)
    except InvalidSignature as bad:
        raise BadReceipt("the signature does not fit: the receipt was changed") from bad
    return content


def compare(content: Mapping[str, Any], original: Path) -> None:
    """Raises BadReceipt when the receipt is about another file."""
    with original.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != content.get("sha256"):
        raise BadReceipt("the receipt is about another file")
