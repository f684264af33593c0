"""Which columns a map may name: those of a result layout (claims/layouts.py), or of the extract.

The extract's columns are the fields of the claim record (claim-file.md section 8), each with the
tag of the claim file whose rules it follows.
"""

from functools import lru_cache

import msgspec

from claims.layouts import PROGRAMMES, layout

EXTRACT = "claim-extract"


class Known(msgspec.Struct, frozen=True):
    """mandatory: a map must have it. required: a file must have it, unless the map says otherwise.
    part: content of which a file holds all or nothing. tag: of the claim file (extract only)."""

    zh: str
    is_date: bool
    mandatory: bool
    required: bool
    part: str = ""
    tag: str = ""


def _extract(zh: str, tag: str, mandatory: bool = False) -> Known:
    is_date = tag in ("t6", "d9", "d10", "d11", "d45")
    return Known(zh, is_date, mandatory, mandatory, "", tag)


EXTRACT_COLUMNS = {
    "facility_id": _extract("醫事機構代碼", "t2", True),
    "fee_month": _extract("費用年月", "t3", True),
    "appl_mode": _extract("申報方式", "t4"),
    "appl_type": _extract("申報類別", "t5", True),
    "appl_date": _extract("申報日期", "t6", True),
    "case_type": _extract("案件分類", "d1", True),
    "seq_no": _extract("流水編號", "d2", True),
    "person_id": _extract("身分證號", "d3", True),
    "dept": _extract("就醫科別", "d8"),
    "visit_date": _extract("就醫日期", "d9", True),
    "end_date": _extract("治療結束日期", "d10"),
    "birth_date": _extract("出生日期", "d11", True),
    "late_claim_mark": _extract("補報原因註記", "d12"),
    "copay_code": _extract("部分負擔代號", "d15"),
    "share_facility_id": _extract("資源共享機構代號", "d17"),
    "card_serial": _extract("就醫序號", "d29"),
    "practitioner_id": _extract("診治醫事人員代號", "d30"),
    "newborn_birth_date": _extract("新生兒出生日期", "d45"),
    "newborn_mark": _extract("胞胎註記", "d51"),
    "service_facility_id": _extract("實際提供服務機構代號", "d54"),
    "visit_uid": _extract("就醫識別碼", "d60"),
    "actual_visit_uid": _extract("實際就醫識別碼", "d61"),
    "original_visit_uid": _extract("原就醫識別碼", "d62"),
    "order_type": _extract("醫令類別", "p3"),
    "order_code": _extract("醫令代碼", "p4", True),
    "tooth": _extract("診療部位", "p6"),
    "quantity": _extract("總量", "p10"),
    "points": _extract("點數", "p12"),
    "order_seq": _extract("醫令序", "p13", True),
    "start_time": _extract("執行時間起", "p14"),
    "end_time": _extract("執行時間迄", "p15"),
    "order_practitioner_id": _extract("執行醫事人員代號", "p16"),
    "lab_facility_id": _extract("轉代檢醫事機構代碼", "p24"),
    "order_visit_uid": _extract("醫令執行就醫識別碼", "p26"),
}


@lru_cache(maxsize=4)
def known_columns(programme: str) -> dict[str, Known]:
    """By name, in layout order. Raises KeyError for another programme."""
    if programme == EXTRACT:
        return EXTRACT_COLUMNS
    assert programme in PROGRAMMES
    return {
        column.name: Known(
            column.zh,
            column.is_date,
            bool(column.mandatory),
            column.mandatory == "row" and not column.mandatory_from and not column.mandatory_for,
            column.part,
        )
        for column in layout(programme).columns
    }
