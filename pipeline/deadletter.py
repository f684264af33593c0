"""What is set aside: where it lies and why, never what it holds."""

import struct

import msgspec

from pipeline.errors import TooMuchPoison
from pipeline.ledger import Ledger
from pipeline.message import Address

DEAD_LETTERS_TOPIC = "dead-letters"
_TALLY_KEY = b"\x00d"
_TALLY = struct.Struct(">qi")


class DeadLetters(msgspec.Struct, frozen=True):
    """A message that could not be read, or a book that was set aside (dead-letters.v1.avsc)."""

    event_id: str
    stage: str
    topic: str
    partition: int
    offset: int
    reason: str
    book: str

    @classmethod
    def about(
        cls, stage: str, address: Address, problem: BaseException, book: bytes = b""
    ) -> "DeadLetters":
        """Names the type of the problem only: its text may hold what it complains about."""
        topic, partition, offset = address
        event_id = f"{stage}/{topic}/{partition}/{offset}"
        if book:
            event_id += f"/{book.hex()}"
        reason = type(problem).__name__
        return cls(event_id, stage, topic, partition, offset, reason, book.hex())


class PoisonLimit:
    """At most ``limit`` dead letters within ``window_s`` seconds; then the stage stops.

    The tally is part of the state: a supervisor that starts the process again and again does not
    get past the limit sooner.
    """

    def __init__(self, limit: int, window_s: float) -> None:
        self._limit = limit
        self._window_ms = int(window_s * 1000)

    def count(self, ledger: Ledger, now_ms: int) -> None:
        """One more was set aside; raises TooMuchPoison."""
        packed = ledger.get(_TALLY_KEY)
        since_ms, tally = _TALLY.unpack(packed) if isinstance(packed, bytes) else (now_ms, 0)
        if now_ms - since_ms > self._window_ms:
            since_ms, tally = now_ms, 0
        if tally >= self._limit:
            raise TooMuchPoison(f"more than {self._limit} dead letters")
        ledger.put(_TALLY_KEY, _TALLY.pack(since_ms, tally + 1))
