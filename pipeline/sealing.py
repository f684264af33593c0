"""What is personal: sealed so that only key holders open it, or hashed so that nobody does."""

import base64
import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

KEY_BYTES = 64
PERSON_KEY_BYTES = 16


class NotOpened(Exception):
    """Another key, another binding, or damaged bytes. Says no more than that."""


class Sealer:
    """AES-SIV (RFC 5297): the same data bound to the same id gives the same bytes.

    A replay therefore repeats itself, and nothing is lost when a nonce would have been used twice.
    What an equal seal tells is that the data are equal, and only under one binding.
    """

    def __init__(self, key: bytes, key_id: str) -> None:
        """``key`` has 64 bytes; ``key_id`` names it in the events. Raises ValueError otherwise."""
        if len(key) != KEY_BYTES:
            raise ValueError(f"a seal key has {KEY_BYTES} bytes")
        self._cipher, self.key_id = AESSIV(key), key_id

    def seal(self, data: bytes, bound_to: str) -> bytes:
        """16 bytes longer than ``data``; opens only with the same ``bound_to``, an event's id.

        Empty data stay empty: AES-SIV does not seal nothing, and an absent value is no secret.
        """
        return self._cipher.encrypt(data, [bound_to.encode()]) if data else b""

    def open(self, sealed: bytes, bound_to: str) -> bytes:
        """Raises NotOpened."""
        if not sealed:
            return b""
        try:
            return self._cipher.decrypt(sealed, [bound_to.encode()])
        except InvalidTag:
            raise NotOpened("cannot be opened with this key and binding") from None

    def __repr__(self) -> str:
        return f"Sealer(***, {self.key_id!r})"


class PersonKeys:
    """Keyed hash of an ID (身分證號): it names an ID, not a human, and cannot be turned round."""

    def __init__(self, key: bytes, key_id: str) -> None:
        """``key`` has 16 to 64 bytes; ``key_id`` names it in the events."""
        if not 16 <= len(key) <= hashlib.blake2b.MAX_KEY_SIZE:
            raise ValueError("a publish key has 16 to 64 bytes")
        self._key, self.key_id = key, key_id

    def key(self, person_id: str) -> str:
        """32 hexadecimal digits."""
        digest = hashlib.blake2b(person_id.encode(), digest_size=PERSON_KEY_BYTES, key=self._key)
        return digest.hexdigest()

    def __repr__(self) -> str:
        return f"PersonKeys(***, {self.key_id!r})"


def base64_key(text: str) -> bytes:
    """Parser of a key in a setting; raises ValueError for text that is no base64."""
    return base64.b64decode(text, validate=True)


def publish_key(text: str) -> bytes:
    """Parser of a setting: 16 to 64 bytes in base64."""
    key = base64_key(text)
    if not 16 <= len(key) <= 64:
        raise ValueError("must be 16 to 64 bytes")
    return key


def seal_key(text: str) -> bytes:
    """Parser of a setting: KEY_BYTES bytes in base64."""
    key = base64_key(text)
    if len(key) != KEY_BYTES:
        raise ValueError(f"must be {KEY_BYTES} bytes")
    return key
