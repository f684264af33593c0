"""What a service gives to a stage: how to read a message, take a fact, sweep, keep its state."""

from collections.abc import Iterable
from typing import Protocol

from pipeline.ledger import Ledger
from pipeline.message import Fact, Message


class Packer(Protocol):
    """State objects to bytes and back. The bytes carry a version; a newer one raises NewerState."""

    def pack(self, key: bytes, value: object) -> bytes: ...
    def unpack(self, key: bytes, packed: bytes) -> object: ...


class Handler(Protocol):
    """A service's part of a stage. Synchronous, and a function of state and message alone.

    The stage calls ``facts`` once for every try of a message (it may read the ledger, to name the
    book a fact belongs to; what a handler gathers during one
    message starts afresh there), ``take`` once a fact, then ``finish``. An exception from ``take``
    undoes the whole message and tries it again, and if it recurs at the same fact, that fact's book
    is quarantined: the fact (``park``) and all later facts of the book wait in the state, in order,
    until the book is released, and the rest of the message is taken. ``take`` may raise
    BookFailed(book) from the exception when a fact fails of another book than its own: if that
    recurs, the other book is quarantined, and the fact is taken. ``finish`` must not fail.

    A fact whose body is ``Released()`` ends a quarantine: the parked facts (``unpark``) are taken
    in order, and then ``take`` meets the Released fact itself, so that a handler may bring the book
    up to date. For a book that is not in quarantine ``take`` meets it at once.

    ``sweep`` is called between messages while it answers True: one slice of at most ``limit``
    books, each slice in a commit of its own. It leaves out books for which
    pipeline.quarantine.is_parked answers True, and raises BookFailed(book) from a domain exception,
    so that the book at fault is known. State keys never start with a zero byte: those are the
    engine's.
    """

    @property
    def packer(self) -> Packer: ...

    def facts(self, ledger: Ledger, message: Message) -> Iterable[Fact]: ...
    def take(self, ledger: Ledger, fact: Fact) -> None: ...
    def finish(self, ledger: Ledger, message: Message | None) -> None: ...
    def sweep(self, ledger: Ledger, limit: int) -> bool: ...
    def park(self, fact: Fact) -> bytes: ...
    def unpark(self, book: bytes, parked: bytes) -> Fact: ...
