"""validate meets gigantic fields: what it writes always fits into a message of a broker."""

import msgspec
import pytest

from claims.events import Uploads
from claims.layouts import layout
from services.validate.uploads import MOST_ROW_BYTES
from tests.support.validating import Validating, an_item, an_upload


async def test_a_row_of_gigantic_fields_is_refused() -> None:
    upload = an_upload(items=[an_item(phone="電" * 255, chart_no="病" * 255)])
    async with Validating() as stage:
        await stage.give("uploads", upload)
        (row,) = stage.out("import-reported")[0].rows
    assert MOST_ROW_BYTES < 2 * 3 * 255 + 1200
    assert [(f.code, f.column) for f in row.findings] == [("FIELD_TOO_LONG", "phone")]


async def test_a_part_of_heavy_rows_stays_below_the_limit_of_a_broker() -> None:
    heavy = {"phone": "電" * 60, "chart_no": "病" * 60} | {
        column.name: "9999" for column in layout("adult").columns if column.kind == "number"
    }
    upload = an_upload(items=[an_item(n, **heavy) for n in range(1, 501)])
    async with Validating() as stage:
        await stage.give("uploads", upload)
        (size,) = [len(o.value) for o in stage.place.outputs if o.topic == "records"]
        (report,) = stage.out("import-reported")
    assert 800_000 < size < 1_000_000
    assert {finding.code for row in report.rows for finding in row.findings} == {"FIELD_TOO_LONG"}


async def test_the_report_of_a_hopeless_part_stays_below_the_limit_of_a_broker() -> None:
    hopeless = ("?",) * 61
    upload = an_upload(items=[an_item(n, cells=hopeless) for n in range(1, 501)])
    async with Validating() as stage:
        await stage.give("uploads", upload)
        reports = stage.out("import-reported")
        sizes = [len(o.value) for o in stage.place.outputs if o.topic == "import-reported"]
    assert max(sizes) < 1_000_000
    assert [row.row_no for report in reports for row in report.rows] == list(range(1, 501))
    assert [report.event_id for report in reports[:2]] == ["S1/1/validate", "S1/1/validate/2"]


def _with_extra(text: str, changed: str = "") -> Uploads:
    upload = an_upload(items=[an_item(1)])
    (item,) = upload.items
    item = msgspec.structs.replace(item, cells=(*item.cells, text, changed))
    columns = (*upload.columns, "extra:備註", "extra:匯出時間")
    styles = (*upload.styles, "", "")
    return msgspec.structs.replace(upload, columns=columns, styles=styles, items=(item,))


async def test_unknown_columns_are_sealed_with_the_row_and_are_no_content() -> None:
    async with Validating() as stage:
        await stage.give("uploads", _with_extra("a", "1"))
        (one,) = stage.out("records")[0].results
    async with Validating() as stage:
        await stage.give("uploads", _with_extra("b", "2"))
        (other,) = stage.out("records")[0].results
    sealed = msgspec.msgpack.decode(one.sealed_row.partition(b"|")[2])
    assert (sealed["extra:備註"], sealed["extra:匯出時間"]) == ("a", "1")
    assert (one.content_hash, one.warnings) == (other.content_hash, ())


@pytest.mark.parametrize("text", ["長" * 255, "x" * 4000])
async def test_unknown_columns_that_are_too_long_are_left_out_with_a_warning(text: str) -> None:
    async with Validating() as stage:
        await stage.give("uploads", _with_extra(text))
        (item,) = stage.out("records")[0].results
    assert item.warnings == ("EXTRA_LEFT_OUT:",)
    assert "extra:備註".encode() not in item.sealed_row


async def test_unknown_columns_never_refuse_a_row_of_a_full_part() -> None:
    """Rows as large as a row may be with its unknown columns, and a warning each."""
    async with Validating() as stage:
        await stage.give("uploads", _with_extra("x" * 300))
        (item,) = stage.out("records")[0].results
    room = MOST_ROW_BYTES - len(item.sealed_row.partition(b"|")[2])
    upload = _with_extra("x" * (300 + room))
    (item,) = upload.items
    cells = [
        "2" if name == "sex" else cell
        for name, cell in zip(upload.columns, item.cells, strict=True)
    ]
    items = tuple(
        msgspec.structs.replace(item, row_no=number, cells=tuple(cells)) for number in range(1, 501)
    )
    async with Validating() as stage:
        await stage.give("uploads", msgspec.structs.replace(upload, items=items))
        (records,) = stage.out("records")
        (size,) = [len(o.value) for o in stage.place.outputs if o.topic == "records"]
        assert not stage.out("import-reported") and size < 1_000_000
    assert len(records.results) == 500
    assert all("EXTRA_LEFT_OUT:" in result.warnings for result in records.results)
