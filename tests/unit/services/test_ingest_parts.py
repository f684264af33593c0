"""Cutting files into parts: sizes, cases, facilities, and the same parts every time."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from claims.events import ClaimLine, Claims, Uploads
from services.ingest import parts
from services.ingest.parts import MAX_ROWS, ClaimCutter, Part, cut, shown
from services.ingest.reading.api import CaseRead, open_submission
from services.ingest.spool import Spool
from services.ingest.submissions import Offer, Submission, unsaved
from tests.support.files import FACILITY, MAPS, RECEIVED_ON, a_case, a_claim_file, a_table


def a_submission() -> Submission:
    offer = Offer("S" + "0" * 24, FACILITY, (FACILITY,), "cli", "x", "", 0)
    return unsaved(offer, RECEIVED_ON, datetime(2025, 6, 1, tzinfo=UTC))


def a_line(row_no: int, facility: str = FACILITY, **details: str) -> ClaimLine:
    blanks: dict[object, object] = {str: "", int: 0, bool: False}
    fields = msgspec.structs.fields(ClaimLine)
    filled: dict[str, Any] = {field.name: blanks.get(field.type) for field in fields}
    filled |= {"row_no": row_no, "claim_id": f"{facility}/{row_no}", "person_id": "A123456789"}
    return ClaimLine(**{**filled, "details": details, "warnings": ()})


def a_case_read(facility: str, *lines: ClaimLine) -> CaseRead:
    return CaseRead(1, 0, facility, "", "A1234*****", lines, (), False)


def same(code: str) -> str:
    return code


def all_of(cutter: ClaimCutter, cases: list[CaseRead]) -> list[Part]:
    found = [part for case in cases for part in cutter.add(case)]
    return [*found, *cutter.rest()]


def rows_of(part: Part) -> int:
    assert isinstance(part.event, Claims)
    return len(part.event.rows)


def test_a_part_holds_at_most_500_rows_and_never_cuts_a_case() -> None:
    cases = [
        a_case_read(FACILITY, *(a_line(3 * no + more) for more in range(3))) for no in range(400)
    ]
    found = all_of(ClaimCutter(a_submission(), "claim-xml", same), cases)
    assert [rows_of(part) for part in found] == [498, 498, 204]
    assert [part.event.part_no for part in found] == [1, 2, 3]


def test_an_extract_is_cut_by_facility_and_keeps_little_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parts, "MAX_WAITING", 10)
    codes = [f"35013400{no:02}" for no in range(10, 15)]
    cases = [a_case_read(codes[no % 5], a_line(no, codes[no % 5])) for no in range(1, 101)]
    cutter = ClaimCutter(a_submission(), "extract", same)
    found = all_of(cutter, cases)
    assert sum(map(rows_of, found)) == 100
    assert [part.event.part_no for part in found] == list(range(1, len(found) + 1))
    for part in found:
        assert isinstance(part.event, Claims)
        assert {row.claim_id[:10] for row in part.event.rows} == {part.event.facility_id}
    again = all_of(ClaimCutter(a_submission(), "extract", same), cases)
    assert again == found


def test_lines_go_to_the_canonical_code() -> None:
    cutter = ClaimCutter(a_submission(), "extract", {"3501340015": FACILITY}.__getitem__)
    (part,) = all_of(cutter, [a_case_read("3501340015", a_line(1, "3501340015"))])
    assert part.event.facility_id == FACILITY


def test_heavy_rows_make_smaller_parts_and_absurd_details_are_dropped() -> None:
    heavy = [a_case_read(FACILITY, a_line(no, extra="字" * 60_000)) for no in range(10)]
    found = all_of(ClaimCutter(a_submission(), "claim-xml", same), heavy)
    assert max(map(rows_of, found)) <= parts.MAX_WEIGHT // 180_000
    absurd = [a_case_read(FACILITY, a_line(1, extra="x" * 1_000_000))]
    (part,) = all_of(ClaimCutter(a_submission(), "claim-xml", same), absurd)
    assert isinstance(part.event, Claims)
    assert part.event.rows[0].details == {}


def pieces(folder: Path, content: str, kind: str | None) -> list[parts.Piece]:
    path = folder / "file"
    path.write_text(content, encoding="utf-8")
    with open_submission(path, kind, None, RECEIVED_ON, MAPS) as reading:
        return list(cut(a_submission(), reading, same))


def test_a_result_file_is_cut_with_masked_persons(tmp_path: Path) -> None:
    rows = [{"chart_no": str(no)} for no in range(MAX_ROWS + 1)]
    found = pieces(tmp_path, a_table("adult", *rows), "adult")
    events = [piece.part for piece in found if piece.part is not None]
    assert [len(part.row_nos) for part in events] == [500, 1]
    assert {person for part in events for person in part.persons} == {"A1234*****"}
    assert isinstance(events[0].event, Uploads)
    assert events[0].event.programme == "adult"


def test_refused_cases_become_lines_of_the_report(tmp_path: Path) -> None:
    content = a_claim_file(a_case(d2="1"), a_case(d2="2", d9="xx"), a_case(d2="3"))
    found = pieces(tmp_path, content, None)
    lines = [line for piece in found for line in piece.lines]
    (bad,) = [line for line in lines if line.refused]
    assert (bad.finding.code, bad.case_position, bad.row_no) == ("C_DATE", 2, None)
    keys = [key for piece in found for key in piece.case_keys]
    assert len(keys) == 3


def test_only_preventive_cases_are_remembered_for_the_next_file(tmp_path: Path) -> None:
    """A case of another type is named only while something is wrong with it; it is never gone."""
    listed, refused = a_case(d1="01", d2="2"), a_case(d1="01", d2="3", d9="xx")
    content = a_claim_file(a_case(), listed, refused, a_case(d2="4", d9="xx"))
    found = pieces(tmp_path, content, None)
    keys = [key for piece in found for key in piece.case_keys]
    assert [key.split("/", 3)[-1] for key in keys] == ["A3/1", "A3/4"]
    codes = {line.finding.code for piece in found for line in piece.lines}
    assert {"W_NOT_A3", "C_DATE"} <= codes


def test_a_shifted_column_shows_stars_only() -> None:
    assert shown("a123456789") == "A1234*****"
    assert shown("王小明") == "***"
    assert shown("0912345678901") == "**********"


def test_the_spool_returns_the_parts_with_their_number() -> None:
    cases = [a_case_read(FACILITY, a_line(no)) for no in range(1001)]
    found = all_of(ClaimCutter(a_submission(), "claim-xml", same), cases)
    with Spool() as spool:
        for part in found:
            spool.add(part)
        back = list(spool.parts())
    assert [part.event.part_count for part in back] == [3, 3, 3]
    expected = [msgspec.structs.replace(part.event, part_count=3) for part in found]
    assert [part.event for part in back] == expected
    assert [part.row_nos for part in back] == [part.row_nos for part in found]
