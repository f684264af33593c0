"""Whatever stands in the cells of a row: no crash; every row is accepted or refused with a code."""

import re
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.events import UploadItem
from claims.findings import CODES
from claims.layouts import PROGRAMMES, layout
from pipeline.codec import HEADER_BYTES
from services.validate.reports import reports
from tests.support.result_rows import a_row
from tests.support.validating import CODEC, a_judge, an_item, an_upload

ROWS_A_PART = 20
_WHOLE_ID = re.compile(r"[A-Z][A-D0-9][0-9]{8}")

# What spreadsheets, keyboards and other systems leave in a cell.
DAMAGE = st.sampled_from(
    [
        "", " ", "\u3000", "NULL", "-", "無", "N/A", "#REF!", "0", "-1", "1e9", "inf", "nan",
        "٣", "²", "１", "3.50E+12", "45726", "9991231", "999/12/31", "2025/03/10", "20250310",
        "00000000", "1140229", "991231", "A1234*****", "A100#*****", "A172949959", "AA07407686",
        "王小明", "陰性", "\x00", "\ufffd", "\u202e", "e\u0301", "👶", "ﷺ", "'; drop",
        "x" * 10_000, "9" * 400,
    ]
)  # fmt: skip
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def _spoiled(text: str, at: int, char: str) -> str:
    """One keystroke wrong."""
    place = at % (len(text) + 1)
    return text[:place] + char + text[place + (at % 2) :]


@st.composite
def mutated_rows(draw: st.DrawFn, programme: str) -> list[UploadItem]:
    """Rows of which one to six cells were changed, some shifted, some cut short."""
    good = list(a_row(programme).values())
    items = []
    for number in range(1, ROWS_A_PART + 1):
        cells = list(good)
        for at in draw(st.lists(st.integers(0, len(good) - 1), min_size=1, max_size=6)):
            keystroke = st.builds(_spoiled, st.just(cells[at]), st.integers(0, 9), TEXTS)
            cells[at] = draw(DAMAGE | keystroke | TEXTS)
        shift = draw(st.sampled_from([0, 0, 0, 0, 1, -1]))
        cells = cells[shift:] + cells[:shift]
        length = draw(st.sampled_from([len(cells)] * 5 + [0, 3, len(cells) + 2]))
        cells = [*cells, "x", ""][:length]
        items.append(an_item(number, programme, cells=tuple(cells)))
    return items


def _judged_all(programme: str, items: list[UploadItem]) -> None:
    judged = a_judge().judge(an_upload(items=items, programme=programme))
    accepted = [result.row_no for result in judged.results]
    refused = [row.row_no for row in judged.refused]
    assert sorted(accepted + refused) == list(range(1, len(items) + 1))
    names = {"", *layout(programme).names}
    for row in judged.refused:
        assert any(finding.level == "error" for finding in row.findings)
        for finding in row.findings:
            assert finding.code in CODES and set(finding.column.split(",")) <= names
            assert not _WHOLE_ID.search(finding.found)
    for result in judged.results:
        assert result.person_id and result.visit_date is not None and result.content_hash
        assert all(warning.partition(":")[0] in CODES for warning in result.warnings)
    _encodes(programme, items, judged)


def _encodes(programme: str, items: list[UploadItem], judged: Any) -> None:
    """Inputs and outputs are messages that a broker and a reader take."""
    upload = an_upload(items=items, programme=programme)
    assert len(CODEC.encode(upload)) > HEADER_BYTES

    for report in reports(upload, judged.refused):
        assert CODEC.decode(CODEC.encode(report)) == report


class TestMutatedRows:
    """50 examples of 20 rows for each programme: 3,000 rows in every run."""

    @settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
    @given(mutated_rows(PROGRAMMES[0]))
    def test_adult(self, items: list[UploadItem]) -> None:
        _judged_all("adult", items)

    @settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
    @given(mutated_rows(PROGRAMMES[1]))
    def test_child(self, items: list[UploadItem]) -> None:
        _judged_all("child", items)

    @settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
    @given(mutated_rows(PROGRAMMES[2]))
    def test_oral(self, items: list[UploadItem]) -> None:
        _judged_all("oral", items)
