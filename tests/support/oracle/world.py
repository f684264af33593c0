"""What is so after some entries: read from the first to the last, every time anew."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from claims.agency_events import RoundOpened
from claims.events import ClaimLine
from tests.support.oracle.content import Held, Row
from tests.support.oracle.entries import (
    DayEnd,
    Did,
    Entry,
    Gone,
    Linked,
    RoundEnd,
    Sent,
    Shut,
    Stored,
    TakenBack,
)

DECIDED = {"not_payable", "recovered"}


@dataclass
class Done:
    """What rounds and accepted commands did to one case.

    late_counts  the agency reversed and a right result was there: whenever received, it counts
    """

    round_id: str = ""
    note: str = ""
    note_on: int | None = None
    review: str = ""
    decision: str = ""
    exempt: bool = False
    form_on: int | None = None
    codes: set[str] = field(default_factory=set)
    late_counts: bool = False


class World:
    """Facts, milestones and accepted commands, gathered.

    ``listed`` says which cases a round named when it opened: who was late then is a question about
    an earlier moment, so the caller answers it.
    """

    def __init__(self, log: Sequence[Entry], listed: Sequence[frozenset[str]]) -> None:
        self.claims: dict[str, Held] = {}
        self.rows: dict[str, Row] = {}
        self.closed = -1
        self.rounds: dict[str, RoundOpened] = {}
        self.ended: dict[str, int] = {}
        self.edges: set[frozenset[str]] = set()
        self.shut: set[str] = set()
        self.done: dict[str, Done] = {}
        self._cases: dict[str, int] = {}
        for place, entry in enumerate(log):
            self._read(entry, listed[place])

    def of(self, case_id: str) -> Done:
        return self.done.setdefault(case_id, Done())

    def group(self, person: str) -> frozenset[str]:
        """All numbers of one person, by the aliases in force."""
        found, more = {person}, True
        while more:
            more = False
            for edge in self.edges:
                if found & edge and not edge <= found:
                    found |= edge
                    more = True
        return frozenset(found)

    def _read(self, entry: Entry, listed: frozenset[str]) -> None:
        match entry:
            case Sent():
                self._send(entry)
            case TakenBack(claim_id=claim_id):
                self.claims[claim_id] = replace(self.claims[claim_id], live=False)
            case Stored(row=row):
                self.rows[row.result_id] = row
            case Gone(result_id=result_id):
                del self.rows[result_id]
            case DayEnd(day=day):
                self.closed = max(self.closed, day)
                for round_id, opened in self.rounds.items():
                    if opened.correction_deadline <= day:
                        self.ended.setdefault(round_id, opened.correction_deadline)
            case RoundOpened(round_id=round_id):
                self.rounds[round_id] = entry
                for case_id in listed:
                    self.of(case_id).round_id = round_id
            case RoundEnd(round_id=round_id, day=day):
                self.ended.setdefault(round_id, day)
            case Linked(edge=edge, on=on):
                (self.edges.add if on else self.edges.discard)(edge)
            case Shut(facility=facility, day=last_day):
                (self.shut.discard if last_day is None else self.shut.add)(facility)
            case Did():
                self._do(entry)

    def _send(self, sent: Sent) -> None:
        named = {held.line.claim_id for held in sent.lines}
        for claim_id, held in self.claims.items():
            if held.line.case_key == sent.case_key and claim_id not in named:
                decided = self.of(claim_id).decision in DECIDED
                self.claims[claim_id] = replace(held, live=held.live and decided)
        for held in sent.lines:
            before = self.claims.get(held.line.claim_id)
            done = self.of(held.line.claim_id)
            if before is not None and before.line.visit_date != held.line.visit_date:
                _begin_anew(done)
            self.claims[held.line.claim_id] = held

    def _do(self, did: Did) -> None:
        done = self.of(did.case_id)
        match did.kind:
            case "note":
                done.note, done.note_on = did.text, did.day if did.text else None
            case "approved" | "refused":
                done.review = did.kind
            case "exempt":
                done.exempt = True
            case "form":
                done.form_on = did.day
            case "annotate":
                done.codes.add(did.text)
            case "late_counts":
                done.late_counts, done.decision = True, ""
            case decision:
                done.decision = decision


def _begin_anew(done: Done) -> None:
    """Another visit date is another service: its list and note go, but not what was decided."""
    if done.decision or done.late_counts:
        return
    done.round_id = done.note = done.review = ""
    done.note_on = None
    done.exempt = False


def same_content(one: ClaimLine, other: ClaimLine) -> bool:
    """Whether a later version says the same: all but its claim date and its place in the file."""
    ignored = {"appl_date", "row_no", "details", "warnings"}
    names = [name for name in ClaimLine.__struct_fields__ if name not in ignored]
    return all(getattr(one, name) == getattr(other, name) for name in names)
