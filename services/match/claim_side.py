"""Claim lines and withdrawals: from the wire into the books, and one outcome a row."""

from collections.abc import Callable

from claims.book import Cause, newest_version, receive, send_away, take_case, withdraw_claim
from claims.events import ClaimLine, Finding, RowOutcome
from claims.model import Claim
from claims.rules.carried import carried_hints
from pipeline import quarantine
from pipeline.ledger import Ledger
from pipeline.message import Fact
from services.match.desk import Desk
from services.match.directory import Directory
from services.match.facts import CaseLines, Header, Withdrawal
from services.match.outcomes import Outcomes, refusal, warnings

NO_REQUIREMENT = "none"


def claim_of(line: ClaimLine, record_id: str, received_on: int) -> Claim:
    """What a book keeps of a claim line."""
    return Claim(
        line.claim_id,
        line.case_key,
        record_id,
        received_on,
        line.person_id,
        line.birth_date,
        line.subject_birth_date,
        line.is_newborn,
        line.newborn_mark,
        line.visit_date,
        line.fee_month,
        line.appl_date,
        line.order_code,
        line.programme,
        line.requirement,
        line.points,
        line.lab_facility_id,
        f"{line.card_serial}|{line.tooth}|{line.service_facility_id}|{line.priced:d}",
    )


def case_key_of(claim_id: str) -> str:
    """The case of a claim: its id without the order sequence (and without /bc, R-15)."""
    return claim_id.removesuffix("/bc").rpartition("/")[0]


class ClaimSide:
    """Takes cases and withdrawals. A command for a book in quarantine waits behind that book."""

    def __init__(
        self, desk: Desk, cases: Directory, outcomes: Outcomes, park: Callable[[Fact], bytes]
    ) -> None:
        self._desk, self._cases, self._outcomes, self._park = desk, cases, outcomes, park

    def take_case(self, ledger: Ledger, fact: CaseLines) -> None:
        header, facility = fact.header, fact.header.facility_id
        cause = Cause(header.received_on, f"{header.submission_id}:{fact.lines[0].row_no}")
        known = self._cases.find(ledger, facility, fact.case_key)
        claims = tuple(
            [
                claim_of(line, f"{header.submission_id}:{line.row_no}", header.received_on)
                for line in fact.lines
                if line.requirement != NO_REQUIREMENT
            ]
        )
        if not claims and known is None:
            self._report(header, fact.lines, {})
            return
        appl_date = max([line.appl_date for line in fact.lines])
        key = self._desk.key_of(ledger, facility, fact.person_key)
        opened = book = self._desk.open(ledger, key)
        other = key if known is None else self._desk.key_of(ledger, facility, known)
        if other != key:
            if quarantine.is_parked(ledger, other):
                quarantine.park(ledger, other, self._park(Fact(other, fact)))
                return
            away = self._desk.open(ledger, other)
            if appl_date < newest_version(away, fact.case_key):
                same = {line.claim_id: "unchanged" for line in fact.lines}
                self._report(header, fact.lines, same)
                return
            away, moved, changes = send_away(away, fact.case_key, cause)
            self._desk.put_back(ledger, other, away, changes)
            book = receive(book, moved)
        book, taken = take_case(book, fact.case_key, claims, appl_date, cause)
        if book is not opened:
            self._desk.put_back(ledger, key, book, taken.changes)
        if known != fact.person_key:
            self._cases.set(ledger, facility, fact.case_key, fact.person_key)
        if not self._desk.silent:
            ids = [claim.claim_id for claim in claims]
            self._report(header, fact.lines, dict(zip(ids, taken.outcomes, strict=True)))

    def _report(self, header: Header, lines: tuple[ClaimLine, ...], became: dict[str, str]) -> None:
        """A line that is not reconciled is stored, and no case; what is odd about it is said."""
        if self._desk.silent:
            return
        for line in lines:
            outcome = became.get(line.claim_id, "stored")
            cases: tuple[str, ...] = (line.claim_id,)
            findings: tuple[Finding, ...] = ()
            if line.requirement == NO_REQUIREMENT:
                born, visit = line.subject_birth_date, line.visit_date
                odd = carried_hints(line.order_code, born, visit, line.tooth)
                cases, findings = (), warnings(odd)
            self._outcomes.add(
                header,
                RowOutcome(
                    line.row_no,
                    outcome,
                    f"{header.submission_id}:{line.row_no}",
                    "",
                    "",
                    0,
                    cases,
                    findings,
                ),
            )

    def withdraw(self, ledger: Ledger, fact: Withdrawal) -> None:
        header, row = fact.header, fact.row
        known = self._cases.find(ledger, header.facility_id, case_key_of(row.claim_id))
        code = "UNKNOWN_CASE"
        if known is not None:
            key = self._desk.key_of(ledger, header.facility_id, known)
            if quarantine.is_parked(ledger, key):
                quarantine.park(ledger, key, self._park(Fact(key, fact)))
                return
            cause = Cause(header.received_on, row.command_id)
            book, code, changes = withdraw_claim(self._desk.open(ledger, key), row.claim_id, cause)
            if changes:
                self._desk.put_back(ledger, key, book, changes)
        self._outcomes.add(
            header,
            RowOutcome(
                row.row_no,
                "refused" if code else "done",
                f"{header.submission_id}:{row.row_no}",
                row.command_id,
                "",
                0,
                () if code else (row.claim_id,),
                refusal(code) if code else (),
            ),
        )
