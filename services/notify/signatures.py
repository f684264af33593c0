"""Is a request from LINE? The signature over the raw body, before anything of it is read.

source: line-bot.md section 3, Webhook.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence

HEADER = "x-line-signature"


def sign(secret: str, body: bytes) -> str:
    """Base64 of HMAC-SHA256 over the body's bytes as they came."""
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def is_signed(body: bytes, signature: str, secrets: Sequence[str]) -> bool:
    """By any of the secrets: while they are rotated, two are right.

    Every secret is tried and every comparison takes as long, so that the time of the answer tells
    nothing about how much of a forged signature was right.
    """
    given = signature.encode("utf-8", "replace")
    matches = [hmac.compare_digest(sign(secret, body).encode(), given) for secret in secrets]
    return any(matches)
