"""Every body a fact may have; as bytes while its book is in quarantine, and as a cause."""

from typing import NamedTuple

import msgspec

from claims.agency_events import FacilityClosed, FacilityRenamed, PersonAliased
from claims.book import Cause
from claims.events import Wire
from claims.recovery_events import BookMoved
from pipeline.codec import Codec
from pipeline.message import Fact
from services.match.aliases import Regroup
from services.match.arrivals import AllCame, Arriving, Forwarded
from services.match.facts import CaseAct, CaseLines, ResultRow, Withdrawal
from services.match.hint_side import ForeignHint
from services.match.precheck import Tried


class Straggler(NamedTuple):
    """A message for a renamed facility, to be passed on, or one that must wait for a book."""

    event: Forwarded


Body = (
    CaseLines
    | Withdrawal
    | ResultRow
    | CaseAct
    | ForeignHint
    | Tried
    | Regroup
    | Arriving
    | AllCame
)
_BODY = msgspec.msgpack.Decoder(Body)
_WIRE = b"\xc3\x01"
"""Begin of an encoded event; MessagePack of a body begins with the mark of an array."""


def parked(fact: Fact, codec: Codec) -> bytes:
    body = fact.body
    if isinstance(body, Straggler):
        return codec.encode(body.event)
    return codec.encode(body) if isinstance(body, Wire) else msgspec.msgpack.encode(body)


def unparked(book: bytes, data: bytes, codec: Codec) -> Fact:
    return Fact(book, codec.decode(data) if data[:2] == _WIRE else _BODY.decode(data))


def cause_of(fact: Fact) -> Cause:
    """What a fact is the cause of, in other books too."""
    match fact.body:
        case CaseLines(header=header, lines=lines):
            return Cause(header.received_on, f"{header.submission_id}:{lines[0].row_no}")
        case Withdrawal(header=header, row=row):
            return Cause(header.received_on, row.command_id)
        case ResultRow(header=header, item=item):
            return Cause(header.received_on, item.command_id or item.record_id)
        case CaseAct(header=header, action=action):
            return Cause(header.received_on, action.command_id)
        case ForeignHint(found_on=day, event_id=name):
            return Cause(day, name)
        case Regroup(day=day, cause=name) | Arriving(day=day, cause=name):
            return Cause(day, name)
        case PersonAliased() | FacilityRenamed() | FacilityClosed() | BookMoved() as event:
            return Cause(event.received_on, event.event_id)
    return Cause(0, "")
