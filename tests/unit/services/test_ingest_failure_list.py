"""The failure list speaks the words of the clinic's own file."""

from typing import Any

from claims.findings import finding, from_warnings
from services.ingest.failure_list import failed_line, failed_row


def said(*findings: Any) -> list[dict[str, Any]]:
    return [{name: getattr(one, name) for name in one.__struct_fields__} for one in findings]


def test_a_failed_row_names_its_columns_as_the_header_does() -> None:
    findings = said(
        finding("KEY_BLANK", "stage1_date"), *from_warnings(["FIELD_BLANK:hdl", "FIELD_BLANK:ldl"])
    )
    row = {"row_no": 4, "person_masked": "A1234*****", "findings": findings}
    lines = failed_row(row, "adult").split("\r\n")
    assert lines[:2] == [
        "第 4 列　A1234*****",
        "　　KEY_BLANK　欄位 第一階段檢查日期 stage1_date　應為 必填　"
        "比對欄位不可空白，請補填後重新上傳。",
    ]
    assert "欄位 高密度脂蛋白膽固醇 hdl、低密度脂蛋白膽固醇 ldl　" in lines[2]


def test_a_column_of_no_layout_keeps_its_name() -> None:
    (line,) = said(finding("DATE_SHAPE", "d9"))
    line |= {"case_position": 2, "person_masked": ""}
    assert failed_line(line, "").startswith("第 2 個案件　－\r\n　　DATE_SHAPE　欄位 d9　")
