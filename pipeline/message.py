"""Small frozen nouns: where a message lies, what it holds, what a stage says."""

from typing import NamedTuple

import msgspec


class Address(NamedTuple):
    """Where a message lies; enough to find it again, nothing personal."""

    topic: str
    partition: int
    offset: int


class Message(NamedTuple):
    """One message as the broker gave it."""

    address: Address
    key: bytes | None
    value: bytes
    timestamp_ms: int


class Output(NamedTuple):
    """One event on its way out. The ledger says into which partition: see KafkaPlace."""

    topic: str
    key: bytes
    value: bytes


class Fact(msgspec.Struct, frozen=True, gc=False):
    """The smallest thing a handler takes: a book (unit of quarantine) and what befell it.

    rows    how many rows it stands for; commits by size and the rows metric count them
    """

    book: bytes
    body: object
    rows: int = 1


class Released(NamedTuple):
    """Body of a fact that ends the quarantine of its book; see pipeline/handler.py."""
