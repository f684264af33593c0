"""Order lines (醫令) of one case: which are preventive-care lines, and the record of each.

source: claim-file.md sections 5, 7 and 8; R-14 to R-16, R-18.
"""

from functools import lru_cache
from typing import NamedTuple

from claims.codes import tooth_code
from claims.events import ClaimLine, Finding
from claims.findings import masked
from claims.programmes import Order, Placed, programmes
from claims.texts import normalised
from services.ingest.reading.claim_header import Header
from services.ingest.reading.claim_tags import ORDER_FIELDS, ORDER_TAGS
from services.ingest.reading.findings import case_refusal
from services.ingest.reading.tag_values import TagReader, Values

CONSULTATION_FEE, NOT_PRICED = "0", "4"
HEPATITIS = "L1001C"
# Before 109-11 the hepatitis screening was claimed on the line of the adult check.
_JOINED_SUFFIX = "/bc"
_tooth = lru_cache(maxsize=4096)(tooth_code)


class SharedFields(NamedTuple):
    """What all lines of a case have in common; names as in ClaimLine."""

    header: Header
    case_key: str
    position: int
    person_id: str
    birth_date: int | None
    subject_birth_date: int | None
    is_newborn: bool
    newborn_mark: str
    visit_date: int
    case_type: str
    card_serial: str
    service_facility_id: str
    warnings: tuple[str, ...]
    details: dict[str, str]


class LineReader:
    """Reads the order lines of preventive cases (d1 = A3)."""

    def __init__(self) -> None:
        self._table = programmes()
        self._order_tags = TagReader(ORDER_TAGS, ORDER_FIELDS)

    def listed(self, orders: list[dict[str, str]]) -> list[str]:
        """Listed preventive codes among the lines of a case of another type, each once."""
        table = self._table
        codes = dict.fromkeys(
            part for order in orders for part in normalised(order.get("p4", "")[:40]).split("+")
        )
        return [code for code in codes if code in table.orders or code in table.aliases]

    def read(
        self, case: SharedFields, orders: list[dict[str, str]], first_row: int
    ) -> tuple[list[ClaimLine], list[Finding]]:
        """Lines to emit, and what is to be said about lines that are not."""
        lines: list[ClaimLine] = []
        notes: list[Finding] = []
        taken: set[str] = set()
        with_adult = False
        for position, tags in enumerate(orders, start=1):
            line = self._order_tags.read(tags)
            code = normalised(line.get("p4"))
            sequence = line.get("p13")
            numbered = bool(sequence) and sequence not in taken
            taken.add(sequence)
            if not 2 <= len(code) <= 12:
                notes.append(case_refusal("L_CODE", "p4", masked("order", code), f"#{position}"))
                continue
            own_id = sequence if numbered else f"#{position}"
            for part, suffix in _split(code):
                placed = self._table.order(part, case.visit_date)
                if "W_CODE" in placed.warnings and line.get("p3") == CONSULTATION_FEE:
                    continue
                with_adult = with_adult or placed.order.requirement == "stage1"
                claim_id = f"{case.case_key}/{own_id}{suffix}"
                row_no = first_row + len(lines)
                lines.append(_line(case, line, placed, claim_id, position, row_no, numbered))
        return _with_bc_mode(lines, with_adult), notes


def _split(code: str) -> tuple[tuple[str, str], ...]:
    """(code, suffix of its claim id): two for a code joined with L1001C."""
    first, _, second = code.partition("+")
    if first and second and HEPATITIS in (first, second):
        other = second if first == HEPATITIS else first
        return ((other, ""), (HEPATITIS, _JOINED_SUFFIX))
    return ((code, ""),)


def _line(
    case: SharedFields,
    line: Values,
    placed: Placed,
    claim_id: str,
    position: int,
    row_no: int,
    numbered: bool,
) -> ClaimLine:
    order = placed.order
    tooth = normalised(line.get("p6"))
    warnings = [*case.warnings, *placed.warnings]
    if line.warnings and "W_FIELD" not in warnings:
        warnings.append("W_FIELD")
    if not numbered:
        warnings.append("W_SEQ")
    if order.tooth != tooth if order.tooth else tooth and _tooth(tooth).code != "OK":
        warnings.append("TOOTH_INVALID")
    header = case.header
    return ClaimLine(
        row_no=row_no,
        claim_id=claim_id,
        case_key=case.case_key,
        person_id=case.person_id,
        birth_date=case.birth_date,
        subject_birth_date=case.subject_birth_date,
        is_newborn=case.is_newborn,
        newborn_mark=case.newborn_mark,
        visit_date=case.visit_date,
        fee_month=header.fee_month,
        appl_type=header.appl_type,
        appl_date=header.appl_date,
        case_type=case.case_type,
        card_serial=case.card_serial,
        order_code=order.code,
        programme=order.programme,
        requirement=order.requirement,
        tooth=tooth,
        points=line.get("p12"),
        priced=line.get("p3") != NOT_PRICED,
        service_facility_id=case.service_facility_id,
        lab_facility_id=normalised(line.get("p24")),
        warnings=tuple(warnings),
        details=_details(case, line, order, position),
    )


def _details(case: SharedFields, line: Values, order: Order, position: int) -> dict[str, str]:
    details = case.details | line.details
    details["case_position"] = str(case.position)
    details["line_position"] = str(position)
    if kind := line.get("p3"):
        details["order_type"] = kind
    if sequence := line.get("p13"):
        details["order_seq"] = sequence
    if order.requirement in ("stage1", "stage2"):
        details["stage"] = order.requirement[-1]
        details["pair_code"] = order.pair
    elif order.requirement == "none" and order.companion:
        details["companion_of"] = order.companion
    return details


def _with_bc_mode(lines: list[ClaimLine], with_adult: bool) -> list[ClaimLine]:
    """What this case says; the match looks at all cases of the person (R-16)."""
    mode = "with_adult" if with_adult else "alone"
    for line in lines:
        if line.requirement == "bc":
            line.details["bc_mode"] = mode
    return lines
