"""One case of a claim file: judged, and turned into claim lines.

Works on texts by tag, so that the XML reader and the extract reader share every rule.
source: claim-file.md sections 2, 4, 5, 7, 8 and 9; R-13 to R-18.
"""

from functools import lru_cache

from claims.codes import person_id_code, person_id_kind
from claims.deadlines import upload_deadline
from claims.events import ClaimLine, Finding
from claims.findings import masked
from claims.masks import mask_person_id
from claims.periods import Read, iso_text, roc_date
from claims.programmes import programmes
from claims.texts import normalised
from services.ingest.reading.claim_header import Header
from services.ingest.reading.claim_line import LineReader, SharedFields
from services.ingest.reading.claim_tags import ABNORMAL_SERIALS, CASE_FIELDS, CASE_TAGS
from services.ingest.reading.findings import case_refusal, case_warning
from services.ingest.reading.outcomes import CaseRead, Counts
from services.ingest.reading.seen_cases import SeenCases
from services.ingest.reading.tag_values import TagReader, Values

PREVENTIVE = programmes().settings.case_type_preventive
# A part of a submission never cuts a case, so a case must fit into one.
MAX_LINES = 500

_read_day = lru_cache(maxsize=65_536)(roc_date)


@lru_cache(maxsize=8192)
def _deadline_text(visit: int) -> str:
    return iso_text(upload_deadline(visit))


def _day(text: str) -> Read:
    """A ROC date; texts of odd length are not kept in the cache."""
    return _read_day(text) if len(text) == 7 else roc_date(text)


class CaseReader:
    """Reads the cases of one file in order; ``counts`` tells what became of them.

    received_on   services after that day are warned about
    """

    def __init__(self, received_on: int, counts: Counts) -> None:
        self.counts = counts
        self.seen = SeenCases()
        self._received_on = received_on
        self._case_tags = TagReader(CASE_TAGS, CASE_FIELDS)
        self._lines = LineReader()

    def read(
        self,
        header: Header,
        tags: dict[str, str],
        orders: list[dict[str, str]],
        position: int,
        offset: int,
        first_row: int,
    ) -> CaseRead | None:
        """The case, or None for one of another type about which there is nothing to say.

        position, offset   where it stands, for the report
        first_row          row number of its first line; further lines count on from it
        """
        self.counts.cases_read += 1
        case = self._case_tags.read(tags)
        person = normalised(case.get("d3"))
        visit = _day(case.get("d9"))
        key = self._key(header, case)
        errors = self._errors(case, person, visit, key, orders)
        shown = mask_person_id(person[:20])
        if not errors and not self._is_first(header, case):
            errors = [case_refusal("C_DUP", "d2", key)]
        if errors:
            return self.refuse(position, offset, errors, header.facility_id, key, shown)
        lines, notes = self._emit(header, case, person, visit, key, position, orders, first_row)
        if len(lines) > MAX_LINES:
            errors = [case_refusal("C_SIZE", "", str(len(lines)), f"≤ {MAX_LINES}")]
            return self.refuse(position, offset, errors, header.facility_id, key, shown)
        self.counts.lines_emitted += len(lines)
        self.counts.lines_skipped += sum(note.code == "L_CODE" for note in notes)
        if lines:
            self.counts.cases_emitted += 1
        else:
            self.counts.cases_without_line += 1
            if not notes and normalised(case.get("d1")) != PREVENTIVE:
                return None
        return CaseRead(
            position, offset, header.facility_id, key, shown, tuple(lines), tuple(notes), False
        )

    def refuse(
        self,
        position: int,
        offset: int,
        errors: list[Finding],
        facility_id: str = "",
        key: str = "",
        shown: str = "",
    ) -> CaseRead:
        """A case that is not taken. Called from outside it must have been counted as read."""
        self.counts.cases_refused += 1
        return CaseRead(position, offset, facility_id, key, shown, (), tuple(errors), True)

    def _is_first(self, header: Header, case: Values) -> bool:
        kind, number = normalised(case.get("d1")), int(case.get("d2"))
        return self.seen.add(header.key_start, kind, number)

    @staticmethod
    def _key(header: Header, case: Values) -> str:
        kind, number = case.get("d1"), case.get("d2")
        return header.case_key(normalised(kind), number) if kind and number else ""

    @staticmethod
    def _errors(
        case: Values, person: str, visit: Read, key: str, orders: list[dict[str, str]]
    ) -> list[Finding]:
        errors = []
        if not key:
            missing = "d1" if not case.get("d1") else "d2"
            errors.append(case_refusal("C_KEY", missing, masked("text", case.raw(missing))))
        code = person_id_code(person)
        if code not in ("OK", "ID_CHECKSUM"):
            errors.append(case_refusal("C_PERSON", "d3", mask_person_id(person[:20]), code))
        if visit.value is None:
            errors.append(
                case_refusal("C_DATE", "d9", masked("service", case.get("d9")), visit.code)
            )
        if not orders and normalised(case.get("d1")) == PREVENTIVE:
            errors.append(case_refusal("C_NOLINE"))
        return errors

    def _emit(
        self,
        header: Header,
        case: Values,
        person: str,
        visit: Read,
        key: str,
        position: int,
        orders: list[dict[str, str]],
        first_row: int,
    ) -> tuple[list[ClaimLine], list[Finding]]:
        if normalised(case.get("d1")) != PREVENTIVE:
            listed = self._lines.listed(orders)
            return [], [case_warning("W_NOT_A3", "p4", code, PREVENTIVE) for code in listed]
        assert visit.value is not None
        shared = self._shared(header, case, person, visit, key, position)
        return self._lines.read(shared, orders, first_row)

    def _shared(
        self, header: Header, case: Values, person: str, visit: Read, key: str, position: int
    ) -> SharedFields:
        assert visit.value is not None
        warnings = list(case.warnings)
        if person_id_code(person) != "OK":
            warnings.append("W_ID_CHECKSUM")
        birth, newborn = _day(case.get("d11")), case.get("d45")
        subject = _day(newborn) if newborn else birth
        if birth.value is None or subject.value is None:
            warnings.append("W_BIRTH")
        if visit.value > self._received_on or visit.value < max(
            birth.value if birth.value is not None else visit.value,
            subject.value if subject.value is not None else visit.value,
        ):
            warnings.append("W_DATE_ORDER")
        if "DATE_6_DIGITS" in (visit.code, birth.code, subject.code):
            warnings.append("DATE_6_DIGITS")
        serial = normalised(case.raw("d29"))
        if not serial.startswith("IC") and serial not in ABNORMAL_SERIALS:
            warnings.append("W_SERIAL")
        outreach = normalised(case.get("d54"))
        details = case.details
        details["seq_no"] = case.get("d2")
        details["person_id_kind"] = person_id_kind(person)
        details["upload_deadline"] = _deadline_text(visit.value)
        if header.appl_mode:
            details["appl_mode"] = header.appl_mode
        return SharedFields(
            header=header,
            case_key=key,
            position=position,
            person_id=person,
            birth_date=birth.value,
            subject_birth_date=subject.value,
            is_newborn=bool(newborn),
            newborn_mark=case.get("d51"),
            visit_date=visit.value,
            case_type=normalised(case.get("d1")),
            card_serial=normalised(case.get("d29")),
            service_facility_id="" if outreach == header.facility_id else outreach,
            warnings=tuple(warnings),
            details=details,
        )
