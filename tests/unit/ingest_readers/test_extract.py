"""The agency's extract: lines of many facilities in one CSV, by the rules of the claim file."""

import gzip
from pathlib import Path

import pytest

from services.ingest.reading.api import EXTRACT
from tests.support.files import CASE, FACILITY, TOTALS, ReadFile, a_case, a_claim_file, read

OTHER = "3502371194"
KEY = f"{FACILITY}/11403/1/A3/1"
ROW = {
    "facility_id": FACILITY, "fee_month": "11403", "appl_mode": "1", "appl_type": "1",
    "appl_date": "1140405", "case_type": "A3", "seq_no": "1", "person_id": "A123456789",
    "dept": "家醫", "visit_date": "1140310", "birth_date": "0750101", "card_serial": "IC21",
    "order_type": "2", "order_code": "21", "points": "520", "order_seq": "1",
}  # fmt: skip


def an_extract(*rows: dict[str, str]) -> bytes:
    lines = [",".join(ROW), *(",".join({**ROW, **row}.values()) for row in rows)]
    return "\r\n".join(lines).encode("cp950")


def ids(got: ReadFile) -> list[str]:
    return [line.claim_id for line in got.lines]


@pytest.mark.parametrize("kind", [None, EXTRACT])
@pytest.mark.parametrize("packed", [True, False])
def test_an_extract_of_many_facilities_plain_or_packed(
    tmp_path: Path, kind: str | None, packed: bool
) -> None:
    data = an_extract({}, {"order_code": "L1001C", "order_seq": "2"}, {"facility_id": OTHER})
    got = read(tmp_path, gzip.compress(data) if packed else data, kind=kind)
    assert (got.refused, got.kind, got.findings) == (None, "extract", [])
    assert [(case.facility_id, len(case.lines)) for case in got.cases] == [
        (FACILITY, 2),
        (OTHER, 1),
    ]
    assert ids(got) == [
        f"{FACILITY}/11403/1/A3/1/1",
        f"{FACILITY}/11403/1/A3/1/2",
        f"{OTHER}/11403/1/A3/1/1",
    ]
    assert [line.row_no for line in got.lines] == [1, 2, 3]


def test_a_line_says_the_same_as_in_a_claim_file(tmp_path: Path) -> None:
    fields = {**CASE, "d8": "家醫"}
    text = a_claim_file(a_case(**fields), t4=TOTALS["t4"])
    one, other = read(tmp_path, an_extract({})).lines[0], read(tmp_path, text).lines[0]
    assert one.details.pop("case_position") == "2"  # the row of the spreadsheet
    assert other.details.pop("case_position") == "1"
    assert one == other


def test_a_case_that_comes_back_later_is_refused(tmp_path: Path) -> None:
    got = read(tmp_path, an_extract({}, {"seq_no": "2"}, {"order_seq": "2"}))
    assert (got.case_codes, len(got.lines)) == (["C_DUP"], 2)
    assert [case.position for case in got.cases] == [2, 3, 4]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"facility_id": "x"}, "C_FACILITY"),
        ({"facility_id": "141270019"}, "C_FACILITY"),
        ({"fee_month": "202503"}, "C_FACILITY"),
        ({"appl_type": ""}, "C_FACILITY"),
        ({"appl_date": ""}, "C_FACILITY"),
        ({"seq_no": ""}, "C_KEY"),
        ({"person_id": ""}, "C_PERSON"),
        ({"visit_date": "2025/03/10"}, "C_DATE"),
        ({"points": "1,2"}, "C_ROW"),
    ],
)
def test_a_bad_row_is_refused_alone(tmp_path: Path, change: dict[str, str], code: str) -> None:
    got = read(tmp_path, an_extract({}, {"seq_no": "2"} | change, {"seq_no": "3"}))
    assert (got.case_codes, len(got.lines), got.counts.conserved()) == ([code], 2, True)
    assert [case.position for case in got.cases if case.refused] == [3]


def test_an_extract_without_a_mandatory_column_is_refused(tmp_path: Path) -> None:
    data = an_extract({}).replace(b"order_seq", b"order_no")
    assert read(tmp_path, data, kind=EXTRACT).refused == "COLUMN_MISSING"
    assert read(tmp_path, gzip.compress(b"a,b\r\n1,2\r\n")).refused == "COLUMN_MISSING"
    assert read(tmp_path, an_extract(), kind=EXTRACT).codes == ["W_EMPTY"]


def test_a_bad_row_amid_a_case_costs_no_other_row(tmp_path: Path) -> None:
    got = read(tmp_path, an_extract({}, {"points": "1,2"}, {"order_code": "01", "order_seq": "3"}))
    assert (got.case_codes, ids(got)) == (["C_ROW"], [f"{KEY}/1", f"{KEY}/3"])


@pytest.mark.parametrize(
    "other", [{"person_id": "B123456780"}, {"visit_date": "1140311"}, {"birth_date": "0750102"}]
)
def test_a_row_of_another_person_or_day_never_becomes_a_line_of_the_first(
    tmp_path: Path, other: dict[str, str]
) -> None:
    strange = {"order_seq": "2", **other}
    got = read(tmp_path, an_extract({}, strange, {"order_code": "01", "order_seq": "3"}))
    assert (got.case_codes, ids(got)) == (["C_DUP"], [f"{KEY}/1", f"{KEY}/3"])
    (refused,) = (case for case in got.cases if case.refused)
    assert (refused.position, refused.person_masked[5:]) == (3, "*****")


def test_a_case_without_end_does_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.ingest.reading.extract.MAX_ROWS_OF_CASE", 2)
    rows = [{"order_seq": str(number)} for number in range(1, 6)]
    got = read(tmp_path, an_extract(*rows))
    assert (got.case_codes, len(got.lines)) == (["C_DUP", "C_DUP"], 2)


def test_a_month_and_a_date_that_lost_their_zero_are_warned_about(tmp_path: Path) -> None:
    old = {"fee_month": "9811", "appl_date": "981205", "visit_date": "0981130"}
    got = read(tmp_path, an_extract(old))
    assert (got.case_codes, len(got.lines)) == (["DATE_4_DIGITS", "DATE_6_DIGITS"], 1)
