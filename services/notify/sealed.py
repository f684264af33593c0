"""What we know about the people who answer for a facility: sealed wherever it rests."""

import hashlib
import hmac

import msgspec

from claims.discreet import Discreet
from pipeline.sealing import Sealer


class Contact(Discreet, frozen=True, gc=False):
    """What an applicant wrote about themselves (the fields of adult Q11, and a remark)."""

    name: str
    email: str
    phone: str
    remark: str = ""


def seal_contact(sealer: Sealer, contact: Contact, row_id: str) -> bytes:
    """Bound to the row that keeps it: copied to another row, it does not open."""
    return sealer.seal(msgspec.msgpack.encode(contact), row_id)


def open_contact(sealer: Sealer, sealed: bytes, row_id: str) -> Contact:
    """Raises pipeline.sealing.NotOpened."""
    return msgspec.msgpack.decode(sealer.open(sealed, row_id), type=Contact)


def email_hash(key: bytes, email: str) -> str:
    """Keyed, so that a stolen table cannot be searched for an address; 32 hex digits."""
    return hmac.new(key, email.strip().lower().encode(), hashlib.sha256).hexdigest()[:32]
