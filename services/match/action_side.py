"""Notes of the clinics and actions of the agency: from the wire to the cases, one outcome each."""

from collections.abc import Callable

from claims.book import Act, Book, Cause, act, save_note
from claims.commands import Done
from claims.events import RowOutcome
from pipeline import quarantine
from pipeline.ledger import Ledger
from pipeline.message import Fact
from services.match.claim_side import case_key_of
from services.match.desk import Desk
from services.match.directory import Directory
from services.match.facts import CaseAct, Header, ResultRow
from services.match.outcomes import Outcomes, refusal

Judge = Callable[[Book], tuple[Book, Done]]


class ActionSide:
    """A command for a book in quarantine waits behind that book."""

    def __init__(
        self, desk: Desk, cases: Directory, outcomes: Outcomes, park: Callable[[Fact], bytes]
    ) -> None:
        self._desk, self._cases, self._outcomes, self._park = desk, cases, outcomes, park

    def note(self, ledger: Ledger, fact: ResultRow) -> None:
        """無法補登說明; an empty one takes the note back."""
        item, header = fact.item, fact.header
        text = item.values.get("note", "")
        cause = Cause(header.received_on, item.command_id)

        def judge(book: Book) -> tuple[Book, Done]:
            return save_note(book, item.target_id, text, item.command_id, cause)

        self._judge(ledger, header, item.row_no, item.command_id, item.target_id, fact, judge)

    def act(self, ledger: Ledger, fact: CaseAct) -> None:
        action, header = fact.action, fact.header
        cause = Cause(header.received_on, action.command_id)
        wanted = Act(action.kind, action.command_id, action.code, action.text, action.on)

        def judge(book: Book) -> tuple[Book, Done]:
            return act(book, action.case_id, wanted, cause)

        self._judge(ledger, header, action.row_no, action.command_id, action.case_id, fact, judge)

    def _judge(
        self,
        ledger: Ledger,
        header: Header,
        row_no: int,
        command_id: str,
        case_id: str,
        fact: ResultRow | CaseAct,
        judge: Judge,
    ) -> None:
        person = self._cases.find(ledger, header.facility_id, case_key_of(case_id))
        done = Done("UNKNOWN_CASE")
        if person is not None:
            key = self._desk.key_of(ledger, header.facility_id, person)
            if quarantine.is_parked(ledger, key):
                quarantine.park(ledger, key, self._park(Fact(key, fact)))
                return
            opened = self._desk.open(ledger, key)
            book, done = judge(opened)
            if book is not opened:
                self._desk.put_back(ledger, key, book, done.changes)
        outcome = RowOutcome(
            row_no,
            "refused" if done.code else "done",
            f"{header.submission_id}:{row_no}",
            command_id,
            "",
            0,
            () if done.code else (case_id,),
            refusal(done.code) if done.code else (),
        )
        self._outcomes.add(header, outcome)
