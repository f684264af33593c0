"""What the handler takes at once, cut from a message of `records`."""

from collections.abc import Callable, Iterator

import msgspec

from claims.agency_events import Actions, CaseAction
from claims.events import ClaimLine, ClaimWithdrawal, Records, ResultItem
from pipeline.message import Fact
from services.match.state import BOOK, book_key

COMMANDS = b"x"
"""First byte of the 'book' of a command: it names no person, so facility and target stand in."""


class Header(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the rows of a part have in common."""

    submission_id: str
    part_no: int
    part_count: int
    facility_id: str
    received_on: int


class CaseLines(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """The lines of one case, in one file. A case is one visit of one person."""

    header: Header
    case_key: str
    person_key: str
    lines: tuple[ClaimLine, ...]


class Withdrawal(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """撤回申報."""

    header: Header
    row: ClaimWithdrawal


class ResultRow(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """A result row, or a command about one; ``person_key`` is empty for a deletion or a note."""

    header: Header
    person_key: str
    item: ResultItem


class CaseAct(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """An action of the agency on one case."""

    header: Header
    action: CaseAction


def header_of(part: Records | Actions) -> Header:
    return Header(
        part.submission_id,
        part.part_no,
        part.part_count,
        part.facility_id,
        part.received_on,
    )


def acts_of(actions: Actions, header: Header) -> Iterator[Fact]:
    for action in actions.items:
        yield Fact(command_book(header.facility_id, action.case_id), CaseAct(header, action))


def facts_of(
    records: Records,
    header: Header,
    person_key: Callable[[str], str],
    root: Callable[[str], str],
) -> Iterator[Fact]:
    """Cases, withdrawals, results: in this order within a part (a part has rows of one kind).

    A fact names its own person key; ``root`` says under which one the book lies.
    """
    facility = records.facility_id
    cases: dict[str, list[ClaimLine]] = {}
    for line in records.claims:
        lines = cases.get(line.case_key)
        if lines is None:
            cases[line.case_key] = [line]
        else:
            lines.append(line)
    for case_key, lines in cases.items():
        key = person_key(lines[0].person_id)
        yield Fact(book_key(facility, root(key)), CaseLines(header, case_key, key, tuple(lines)))
    for row in records.withdrawals:
        yield Fact(command_book(facility, row.claim_id), Withdrawal(header, row))
    for item in records.results:
        if item.action in ("row", "edit", "replace"):
            key = person_key(item.person_id)
            book = book_key(facility, root(key))
        else:
            key, book = "", command_book(facility, item.target_id)
        yield Fact(book, ResultRow(header, key, item))


def command_book(facility_id: str, target: str) -> bytes:
    return COMMANDS + facility_id.encode() + target.encode()


def is_book(key: bytes) -> bool:
    return key[:1] == BOOK
