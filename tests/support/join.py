"""A small stage for tests: joins the two sides of a pair, book by book, and says so once."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from pipeline.errors import BookFailed, Undecodable
from pipeline.ledger import Ledger
from pipeline.message import Fact, Message, Released
from pipeline.quarantine import is_parked
from pipeline.state_bytes import PackerByPrefix, Versioned

OUT = "join-out"
SWEPT = b"s"


class Row(msgspec.Struct, frozen=True):
    """``side`` is left, right, broken (the domain fails), release or close (starts a sweep)."""

    book: str
    side: str
    number: int


class Book(msgspec.Struct, frozen=True):
    left: frozenset[int] = frozenset()
    right: frozenset[int] = frozenset()
    closed: int = 0
    taken: int = 0


@dataclass
class JoinHandler:
    """Books under b"b" + name; b"s" holds what is being swept: [number of the close, next key]."""

    broken: set[str] = field(default_factory=set)
    out: str = OUT
    packer: PackerByPrefix = field(
        default_factory=lambda: PackerByPrefix(
            {
                b"b": Versioned(
                    msgspec.msgpack.encode,
                    {1: msgspec.msgpack.Decoder(Book).decode},
                ),
                SWEPT: Versioned(
                    msgspec.msgpack.encode,
                    {1: msgspec.msgpack.Decoder(tuple[int, bytes]).decode},
                ),
            }
        )
    )
    outcomes: list[str] = field(default_factory=list)

    def facts(self, ledger: Ledger, message: Message) -> Iterable[Fact]:
        self.outcomes = []
        try:
            rows = msgspec.json.decode(message.value, type=list[Row])
        except msgspec.MsgspecError as damage:
            raise Undecodable("not a list of rows") from damage
        for row in rows:
            book = b"b" + row.book.encode()
            yield Fact(book, Released() if row.side == "release" else row)

    def take(self, ledger: Ledger, fact: Fact) -> None:
        known = ledger.get(fact.book)
        book = known if isinstance(known, Book) else Book()
        if isinstance(fact.body, Released):
            return
        assert isinstance(fact.body, Row)
        row = fact.body
        if row.side == "close":
            ledger.put(SWEPT, (row.number, b"b"))
            return
        if row.side == "broken" or row.book in self.broken:
            raise ZeroDivisionError(row.book)
        mine, other = (book.left, book.right) if row.side == "left" else (book.right, book.left)
        if row.number in mine:
            return
        if row.number in other:
            said = f"{row.book}:{row.number}"
            ledger.emit(self.out, row.book.encode(), said.encode())
        changes = {row.side: mine | {row.number}, "taken": book.taken + 1}
        ledger.put(fact.book, msgspec.structs.replace(book, **changes))
        self.outcomes.append(row.book)

    def finish(self, ledger: Ledger, message: Message | None) -> None:
        if self.outcomes and message is not None and message.key == b"report":
            ledger.emit("join-report", b"", json.dumps(self.outcomes).encode())

    def sweep(self, ledger: Ledger, limit: int) -> bool:
        at = ledger.get(SWEPT)
        if at is None:
            return False
        assert isinstance(at, tuple)
        number, low = at
        found = ledger.scan(low, b"c", limit)
        for key, book in found:
            assert isinstance(book, Book)
            if is_parked(ledger, key):
                continue
            if key[1:].decode() in self.broken:
                raise BookFailed(key) from ZeroDivisionError()
            ledger.put(key, msgspec.structs.replace(book, closed=number))
            ledger.emit(self.out, key, f"closed {number} {key[1:].decode()}".encode())
        more = len(found) == limit
        ledger.put(SWEPT, (number, found[-1][0] + b"\x00") if more else None)
        return more

    def park(self, fact: Fact) -> bytes:
        return msgspec.json.encode(fact.body)

    def unpark(self, book: bytes, parked: bytes) -> Fact:
        return Fact(book, msgspec.json.decode(parked, type=Row))
