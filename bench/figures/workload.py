"""Rows of so many made-up persons as messages for validate and for match.

Three of five persons come to the adult check, one in four is a child, the rest have a screening;
each has one claim and one result, nine of ten results answer. Everything is in order of facility.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from bench.region.layouts import HEADERS, child_content, stage1_content
from bench.region.numbers import check_digit_of, facility_code
from claims.events import ClaimLine, Claims, Records, ResultItem, UploadItem, Uploads

VISIT, CLAIMED, RECEIVED = 20_160, 20_190, 20_195  # 2025-03-13, 04-12, 04-17 since 1970
VISIT_TEXT, FEE_MONTH = "1140313", 202_503
FACILITIES = 400
BORN = {"adult": ("0650101", 2191), "child": ("1130101", 19_723), "oral": ("0650101", 2191)}
ORDERS = {"adult": ("21", "stage1"), "child": ("75", "visit"), "oral": ("95", "screen")}

ORAL = {"payer": "1", "indigenous": "0", "betel": "1", "smoking": "2", "result_sign": "0"}


@dataclass(frozen=True)
class Person:
    number: int
    person_id: str
    programme: str
    facility: str

    @property
    def answered(self) -> bool:
        return self.number % 10 != 9


def persons(count: int) -> Iterator[Person]:
    codes = [facility_code("01", serial) for serial in range(1, FACILITIES + 1)]
    for number in range(count):
        text = f"{chr(65 + number % 26)}1{number:07d}"
        kind = number % 20
        programme = "adult" if kind < 12 else "child" if kind < 17 else "oral"
        facility = codes[number * FACILITIES // count]
        yield Person(number, text + check_digit_of(text), programme, facility)


def claim_line(person: Person, row_no: int) -> ClaimLine:
    code, requirement = ORDERS[person.programme]
    key = f"{person.facility}/11403/1/A3/{person.number}"
    born = BORN[person.programme][1]
    return ClaimLine(
        row_no=row_no,
        claim_id=f"{key}/1",
        case_key=key,
        person_id=person.person_id,
        birth_date=born,
        subject_birth_date=born,
        is_newborn=False,
        newborn_mark="",
        visit_date=VISIT,
        fee_month=FEE_MONTH,
        appl_type="1",
        appl_date=CLAIMED,
        case_type="A3",
        card_serial=f"IC{code}",
        order_code=code,
        programme=person.programme,
        requirement=requirement,
        tooth="",
        points="520",
        priced=True,
        service_facility_id="",
        lab_facility_id="",
        warnings=(),
        details={},
    )


def result_item(person: Person, row_no: int, record: str, sealed: bytes) -> ResultItem:
    """A row as validate hands it on; one in ten lacks a field."""
    adult = person.programme == "adult"
    return ResultItem(
        row_no=row_no,
        record_id=record,
        action="row",
        command_id="",
        target_id="",
        seen_version=0,
        programme=person.programme,
        person_id=person.person_id,
        birth_date=BORN[person.programme][1],
        visit_date=VISIT if person.answered or person.programme != "oral" else VISIT - 3,
        stage2_date=None,
        order_code=ORDERS[person.programme][0] if person.programme == "child" else "",
        newborn_mark="",
        values={"bc_history": "1"} if adult else ORAL if person.programme == "oral" else {},
        filled=("stage1",) if adult else (),
        missing=() if person.answered else ("uric_acid" if adult else "height_cm",),
        content_hash=f"{person.number:032x}",
        sealed_row=sealed,
        seal_key_id="bench-1",
        warnings=(),
    )


class Cells:
    """Filled rows as readers hand them on; contents repeat, persons and visits do not."""

    def __init__(self) -> None:
        random = Random(1)
        self._contents = {
            "adult": [stage1_content(random) | {"bc_history": "1"} for _ in range(200)],
            "child": [child_content(random) for _ in range(200)],
            "oral": [{"residence_code": "9901", **ORAL}],
        }

    def of(self, person: Person) -> tuple[str, ...]:
        contents = self._contents[person.programme]
        visit = "stage1_date" if person.programme == "adult" else "visit_date"
        row = contents[person.number % len(contents)] | {
            "person_id": person.person_id,
            "name": "測試民眾",
            "birth_date": BORN[person.programme][0],
            "sex": "1",
            "facility_id": person.facility,
            "order_code": "75",
            visit: VISIT_TEXT,
        }
        return tuple(row.get(name, "") for name in HEADERS[person.programme])


def _batches(everyone: list[Person], size: int) -> Iterator[list[Person]]:
    """Persons of one facility and programme at a time."""
    groups: dict[tuple[str, str], list[Person]] = {}
    for person in everyone:
        groups.setdefault((person.facility, person.programme), []).append(person)
    for group in groups.values():
        for start in range(0, len(group), size):
            yield group[start : start + size]


def _head(name: str, number: int, facility: str) -> dict[str, Any]:
    submission = f"S{name}{number:015x}"
    return {
        "event_id": f"{submission}/1",
        "submission_id": submission,
        "part_no": 1,
        "part_count": 1,
        "facility_id": facility,
        "received_on": RECEIVED,
    }


def raw_messages(count: int, size: int) -> Iterator[tuple[str, Claims | Uploads]]:
    """(topic, message) for validate: claims and rows of ``count`` persons, ``size`` a message."""
    everyone, cells = list(persons(count)), Cells()
    for number, group in enumerate(_batches(everyone, size)):
        lines = tuple(claim_line(person, row_no) for row_no, person in enumerate(group, 1))
        head = _head("claim", number, group[0].facility)
        yield "claims", Claims(**head, source="claim-xml", rows=lines, withdrawals=())
        yield "uploads", upload(group, number, cells)


def upload(group: list[Person], number: int, cells: Cells) -> Uploads:
    programme = group[0].programme
    columns = tuple(HEADERS[programme])
    styles = tuple("roc" if name.endswith("_date") else "" for name in columns)
    items = tuple(
        UploadItem(row_no, "row", "", "", 0, "", cells.of(person))
        for row_no, person in enumerate(group, 1)
    )
    return Uploads(
        **_head("lines", number, group[0].facility),
        programme=programme,
        map_version="bench",
        owner_codes=(group[0].facility,),
        columns=columns,
        styles=styles,
        items=items,
    )


def checked_messages(count: int, size: int) -> Iterator[tuple[str, Records]]:
    """(topic, message) for match: the same after validate, 400 sealed bytes a result."""
    everyone, sealed = list(persons(count)), bytes(400)
    for number, group in enumerate(_batches(everyone, size)):
        head = _head("claim", number, group[0].facility)
        lines = tuple(claim_line(person, row_no) for row_no, person in enumerate(group, 1))
        yield "records", Records(**head, claims=lines, withdrawals=(), results=())
        head = _head("lines", number, group[0].facility)
        items = tuple(
            result_item(person, row_no, f"{head['submission_id']}:{row_no}", sealed)
            for row_no, person in enumerate(group, 1)
        )
        yield "records", Records(**head, claims=(), withdrawals=(), results=items)
