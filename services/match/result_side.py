"""Result rows, edits, deletions and replacements: into the books, stored, and one outcome a row."""

from collections.abc import Callable

from claims.book import (
    Cause,
    edit_result,
    find_result,
    may_delete,
    may_edit,
    next_version,
    remove_result,
    same_key,
    store_moved,
    take_row,
    with_,
)
from claims.events import Finding, ResultItem, ResultStored, RowOutcome
from claims.findings import from_warnings
from claims.masks import mask_person_id
from claims.model import Book, Result
from claims.result_facts import ResultTaken
from pipeline import quarantine
from pipeline.codec import Codec
from pipeline.ledger import Ledger
from pipeline.message import Fact
from services.match.desk import Desk
from services.match.directory import Directory
from services.match.facts import Header, ResultRow
from services.match.outcomes import Outcomes, refusal, remark, remarks

TOPIC = "result-stored"


def result_of(item: ResultItem, received_on: int) -> Result:
    """A row as the first version of a result. Raises ValueError without its key date."""
    if item.visit_date is None:
        raise ValueError("an accepted row has a key date")
    return Result(
        item.record_id,
        1,
        item.record_id,
        received_on,
        item.programme,
        item.person_id,
        item.birth_date,
        item.visit_date,
        item.stage2_date,
        item.order_code,
        item.newborn_mark,
        item.values,
        item.filled,
        item.missing,
        item.content_hash,
    )


class ResultSide:
    """Takes rows and commands about them. What concerns a quarantined book waits behind it."""

    def __init__(
        self,
        desk: Desk,
        codec: Codec,
        results: Directory,
        outcomes: Outcomes,
        park: Callable[[Fact], bytes],
    ) -> None:
        self._desk, self._codec, self._results = desk, codec, results
        self._outcomes, self._park = outcomes, park

    def take(self, ledger: Ledger, fact: ResultRow) -> None:
        header, item = fact.header, fact.item
        if item.action == "row":
            self._row(ledger, self._desk.key_of(ledger, header.facility_id, fact.person_key), fact)
            return
        cause = Cause(header.received_on, item.command_id)
        person = self._results.find(ledger, header.facility_id, item.target_id)
        if person is None:
            self._report(fact, ResultTaken("refused", "UNKNOWN_CASE"))
            return
        home = self._desk.key_of(ledger, header.facility_id, person)
        key = home
        if fact.person_key:
            key = self._desk.key_of(ledger, header.facility_id, fact.person_key)
        for place in (home, key):
            if quarantine.is_parked(ledger, place):
                quarantine.park(ledger, place, self._park(Fact(place, fact)))
                return
        if item.action == "edit":
            self._edit(ledger, home, key, fact, cause)
        else:
            self._delete(ledger, home, key, fact, cause)

    def _row(self, ledger: Ledger, key: bytes, fact: ResultRow) -> None:
        header, item = fact.header, fact.item
        book = self._desk.open(ledger, key)
        row = result_of(item, header.received_on)
        cause = Cause(header.received_on, item.record_id)
        book, taken = take_row(book, row, cause, self._desk.rounds(ledger))
        self._finish(ledger, key, book, fact, taken)

    def _edit(self, ledger: Ledger, home: bytes, key: bytes, fact: ResultRow, cause: Cause) -> None:
        """An edit that changes the person moves the row from one book to the other."""
        item = fact.item
        row = result_of(item, fact.header.received_on)
        book = self._desk.open(ledger, home)
        if home == key:
            book, taken = edit_result(
                book, row, item.target_id, item.seen_version, cause, item.form_no
            )
            self._finish(ledger, key, book, fact, taken)
            return
        code = may_edit(book, row, item.target_id, item.seen_version, item.form_no)
        known = find_result(book, item.target_id)
        there = self._desk.open(ledger, key)
        if not code and same_key(there, row) is not None:
            code = "DUPLICATE_RESULT"
        if code or known is None:
            self._report(fact, ResultTaken("refused", code))
            return
        book, left = remove_result(book, item.target_id, cause)
        self._desk.put_back(ledger, home, book, left.changes)
        there, taken = store_moved(there, next_version(known, row), cause)
        self._finish(ledger, key, there, fact, with_(taken, outcome="done"))

    def _delete(
        self, ledger: Ledger, home: bytes, key: bytes, fact: ResultRow, cause: Cause
    ) -> None:
        """A deletion; a replacement adds the new row in the same step, or nothing is done."""
        item = fact.item
        book = self._desk.open(ledger, home)
        code = may_delete(book, item.target_id, item.seen_version)
        if code:
            self._report(fact, ResultTaken("refused", code))
            return
        emptied, left = remove_result(book, item.target_id, cause)
        if item.action != "replace":
            self._desk.put_back(ledger, home, emptied, left.changes)
            self._results.remove(ledger, fact.header.facility_id, item.target_id)
            self._store(ledger, fact, left.removed, "deleted", f"{TOPIC}/{item.record_id}")
            self._report(fact, left)
            return
        row = result_of(item, fact.header.received_on)
        there = emptied if home == key else self._desk.open(ledger, key)
        if same_key(there, row) is not None:
            self._report(fact, ResultTaken("refused", "DUPLICATE_RESULT"))
            return
        self._results.remove(ledger, fact.header.facility_id, item.target_id)
        self._store(ledger, fact, left.removed, "deleted", f"{TOPIC}/{item.record_id}/deleted")
        self._desk.put_back(ledger, home, emptied, left.changes)
        there, taken = store_moved(there, row, cause)
        self._finish(ledger, key, there, fact, with_(taken, outcome="done"))

    def _finish(
        self, ledger: Ledger, key: bytes, book: Book, fact: ResultRow, taken: ResultTaken
    ) -> None:
        """Keep what was stored, and say so."""
        row = taken.stored
        if row is not None and taken.outcome != "unchanged" and self._is_new(fact, taken):
            action = "stored" if row.version == 1 else "replaced"
            self._store(ledger, fact, row, action, f"{TOPIC}/{row.record_id}")
            self._results.set(ledger, fact.header.facility_id, row.result_id, fact.person_key)
            self._desk.put_back(ledger, key, book, taken.changes)
        self._report(fact, taken)

    def _store(
        self, ledger: Ledger, fact: ResultRow, row: Result | None, action: str, event_id: str
    ) -> None:
        assert row is not None, "a deletion names what it removed"
        if self._desk.silent:
            return
        header, item = fact.header, fact.item
        gone = action == "deleted"
        publisher = self._desk.publisher
        event = ResultStored(
            event_id,
            action,
            header.facility_id,
            row.programme,
            row.result_id,
            row.version,
            item.record_id,
            header.submission_id,
            item.row_no,
            header.received_on,
            row.visit_date,
            row.stage2_date,
            row.order_code,
            mask_person_id(row.person_id),
            publisher.person_key(row.person_id),
            publisher.publish_key_id,
            row.content_hash,
            b"" if gone else item.sealed_row,
            item.seal_key_id,
            () if gone else item.warnings,
        )
        ledger.emit(TOPIC, header.facility_id.encode(), self._codec.encode(event))

    def _report(self, fact: ResultRow, taken: ResultTaken) -> None:
        if self._desk.silent:
            return
        header, item = fact.header, fact.item
        findings: tuple[Finding, ...] = ()
        if taken.code:
            findings = refusal(taken.code)
        elif taken.reasons:
            findings = remarks(taken.reasons)
        elif not taken.cases and taken.outcome != "unchanged" and self._is_new(fact, taken):
            findings = (remark("RESULT_WITHOUT_CLAIM"),)
        if not taken.code:
            findings += from_warnings(item.warnings)
        row = taken.stored or taken.removed
        result_id = row.result_id if row else item.target_id
        version = row.version if row else 0
        self._outcomes.add(
            header,
            RowOutcome(
                item.row_no,
                taken.outcome,
                item.record_id,
                item.command_id,
                result_id,
                version,
                taken.cases,
                findings,
            ),
        )
        if taken.superseded:
            self._supersede(header, taken)

    @staticmethod
    def _is_new(fact: ResultRow, taken: ResultTaken) -> bool:
        return taken.stored is not None and taken.stored.record_id == fact.item.record_id

    def _supersede(self, header: Header, taken: ResultTaken) -> None:
        """In one file the later row wins: the last word about the earlier row (R-23)."""
        row = taken.stored
        assert row is not None
        earlier = int(taken.superseded.rpartition(":")[2])
        self._outcomes.add(
            header,
            RowOutcome(
                earlier,
                "superseded",
                taken.superseded,
                "",
                row.result_id,
                row.version - 1,
                (),
                (),
            ),
        )
