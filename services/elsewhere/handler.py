"""elsewhere as a handler of the engine: what is alone comes and goes, hints come and go."""

from collections.abc import Iterable
from hashlib import blake2b

import msgspec

from claims.alone import Item
from claims.foreign_pairs import Found, found_among
from claims.recovery_events import HintFound, Loose
from pipeline.codec import Codec
from pipeline.errors import UnknownRecord
from pipeline.ledger import Ledger
from pipeline.message import Fact, Message
from pipeline.state_bytes import PackerByPrefix, Versioned

KINDS = (Loose, HintFound)
RECORDS_TOPIC = "records"
PERSON = b"p"


class Alone(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Of one person: what is alone now, by its id, and the hints that were told and still hold."""

    items: tuple[Item, ...] = ()
    told: tuple[Found, ...] = ()


class ElsewhereHandler:
    """Keyed by person. The hints that hold are a function of what is alone: only differences are
    told, so a repeat says nothing."""

    def __init__(self, codec: Codec) -> None:
        pack, unpack = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(Alone).decode
        self.packer = PackerByPrefix({PERSON: Versioned(pack, {1: unpack})})
        self._codec = codec

    def facts(self, ledger: Ledger, message: Message) -> Iterable[Fact]:
        event = self._codec.decode(message.value)
        if not isinstance(event, Loose):
            raise UnknownRecord(type(event).__name__)
        return (Fact(PERSON + event.person_key.encode(), event),)

    def take(self, ledger: Ledger, fact: Fact) -> None:
        event = fact.body
        assert isinstance(event, Loose)
        known = ledger.get(fact.book)
        before = known if isinstance(known, Alone) else Alone()
        items = _after(before.items, event)
        if items == before.items:
            return
        told = found_among(items)
        for hint in before.told:
            if hint not in told:
                self._tell(ledger, event, hint, taken_back=True)
        for hint in told:
            if hint not in before.told:
                self._tell(ledger, event, hint, taken_back=False)
        ledger.put(fact.book, Alone(items, told) if items else None)

    def finish(self, ledger: Ledger, message: Message | None) -> None:
        """Nothing is gathered over a message."""

    def sweep(self, ledger: Ledger, limit: int) -> bool:
        """Nothing happens with time alone."""
        return False

    def park(self, fact: Fact) -> bytes:
        return self._codec.encode(fact.body)

    def unpark(self, book: bytes, parked: bytes) -> Fact:
        return Fact(book, self._codec.decode(parked))

    def _tell(self, ledger: Ledger, event: Loose, hint: Found, *, taken_back: bool) -> None:
        """The id follows from what came and what is told: a replay repeats it."""
        name = f"{event.event_id}|{hint.case_id}|{hint.code}|{hint.evidence}|{taken_back:d}"
        found = HintFound(
            event_id=blake2b(name.encode(), digest_size=16).hexdigest(),
            facility_id=hint.facility_id,
            found_on=event.happened_on,
            case_id=hint.case_id,
            person_key=event.person_key,
            code=hint.code,
            field=hint.field,
            expected=hint.expected,
            found=hint.found,
            evidence=hint.evidence,
            taken_back=taken_back,
        )
        ledger.emit(RECORDS_TOPIC, hint.facility_id.encode(), self._codec.encode(found))


def _after(items: tuple[Item, ...], event: Loose) -> tuple[Item, ...]:
    """What is alone once the event happened, in the order of kind and id.

    Books of a renamed facility change partitions: that something is gone from the old one may be
    heard after it was heard of at the new one.
    """
    name = (event.kind, event.item_id)
    others = [each for each in items if (each.kind, each.item_id) != name]
    if event.gone:
        others += [
            each
            for each in items
            if (each.kind, each.item_id) == name and each.facility_id != event.facility_id
        ]
    else:
        others.append(
            Item(
                event.kind,
                event.facility_id,
                event.item_id,
                event.programme,
                event.requirement,
                event.order_code,
                event.key_date,
                event.second_date,
                event.birth_key,
            )
        )
    return tuple(sorted(others, key=lambda each: (each.kind, each.item_id)))
