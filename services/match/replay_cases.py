"""The cases of a replayed partition: what is shown of each, and what they add up to."""

from collections import Counter
from collections.abc import Iterable
from typing import ClassVar

from claims.deadlines import upload_deadline
from claims.discreet import Discreet
from claims.masks import mask_person_id
from claims.model import Book, Claim, Head, Reason
from claims.states import ZH
from services.match.words import programme_words, reasons_words, roc_or_blank

WITHDRAWN = "withdrawn"
# correction.md section 2, column "Counts as exception".
EXCEPTIONS = frozenset(("late", "open_missing", "open_error", "noted", "overdue", "invalid"))
HEADS = (
    *("案件編號", "醫事機構代碼", "身分證號", "預防保健項目", "醫令代碼", "就醫日期", "狀態"),
    *("狀態代碼", "原因", "期限", "完成日期", "補正期"),
)


class CaseRow(Discreet, frozen=True, array_like=True, gc=False):
    """A case as of the end of the replay. Days as ints; nobody's whole ID."""

    SHOWN: ClassVar[frozenset[str]] = frozenset(("case_id", "state"))

    facility_id: str
    case_id: str
    person_masked: str
    programme: str
    order_code: str
    visit_date: int | None
    state: str
    reasons: tuple[Reason, ...]
    due_on: int | None
    completed_on: int | None
    round_id: str

    @property
    def verdict(self) -> tuple[str, tuple[Reason, ...]]:
        """What another set of rules may change."""
        return self.state, self.reasons

    def cells(self) -> tuple[str, ...]:
        """One text for each of HEADS; dates in the ROC form of the official lists."""
        return (
            self.case_id,
            self.facility_id,
            self.person_masked,
            programme_words(self.programme),
            self.order_code,
            roc_or_blank(self.visit_date),
            ZH.get(self.state, self.state),
            self.state,
            reasons_words(self.reasons, self.programme),
            roc_or_blank(self.due_on),
            roc_or_blank(self.completed_on),
            self.round_id,
        )


def cases_of(books: Iterable[object], facility: str = "") -> list[CaseRow]:
    """Every case of the books, or of one facility's, in order of facility and case id."""
    rows = [
        _row(book.facility_id, claim, head)
        for book in books
        if isinstance(book, Book) and (not facility or book.facility_id == facility)
        for claim, head in zip(book.claims, book.heads, strict=True)
    ]
    rows.sort(key=lambda row: (row.facility_id, row.case_id))
    return rows


def _row(facility_id: str, claim: Claim, head: Head) -> CaseRow:
    listing = head.standing.listing if head.standing is not None else None
    due = None
    if head.state != WITHDRAWN and claim.visit_date is not None:
        due = upload_deadline(claim.visit_date) if listing is None else listing.closes_on
    return CaseRow(
        facility_id,
        claim.claim_id,
        mask_person_id(claim.person_id),
        claim.programme,
        claim.order_code,
        claim.visit_date,
        head.state,
        head.reasons,
        due,
        head.completed_on,
        "" if listing is None else listing.round_id,
    )


class Tally:
    """How many cases of each programme are in each state, and why those that are exceptions are."""

    def __init__(self) -> None:
        self.states: Counter[tuple[str, str]] = Counter()
        self.reasons: Counter[tuple[str, str]] = Counter()

    def add(self, rows: Iterable[CaseRow]) -> None:
        for row in rows:
            self.states[row.state, row.programme] += 1
            if row.state in EXCEPTIONS:
                # Three fields that differ by one reason are one case with that reason.
                for code in dict.fromkeys(reason.code for reason in row.reasons):
                    self.reasons[code, row.programme] += 1

    @property
    def total(self) -> int:
        return self.states.total()
