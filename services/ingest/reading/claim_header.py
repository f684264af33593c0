"""What a claim file says about itself (總表段, tdata), and the keys built from it.

source: claim-file.md sections 2 and 3; R-11, R-18.
"""

from typing import NamedTuple

from claims.case_identity import APPL_TYPES, case_identity_uses_t6
from claims.codes import facility_code
from claims.findings import masked
from claims.periods import roc_date, roc_month, roc_month_text, roc_text
from claims.texts import normalised, trimmed
from services.ingest.reading.findings import FileRefused
from services.ingest.reading.outcomes import Uploader

OUTPATIENT_FORMATS = ("10", "30")


class Header(NamedTuple):
    """The fields every line of the file shares.

    fee_month AD yyyyMM; appl_date a day; key_start: the case key up to d1 and d2
    """

    facility_id: str
    fee_month: int
    appl_mode: str
    appl_type: str
    appl_date: int
    key_start: str

    def case_key(self, case_type: str, seq_no: str) -> str:
        return f"{self.key_start}{case_type}/{seq_no}"


def header(facility: str, fee_month: str, mode: str, kind: str, date: str) -> Header | str:
    """A header from t2 to t6, or the tag that is missing or malformed.

    A t5 that the table of identities lacks is malformed: what identifies its cases is not known.
    """
    code = facility_code(facility)
    if not code.ok or code.code == "FACILITY_PADDED":
        return "t2"
    month = roc_month(fee_month)
    if month.value is None:
        return "t3"
    appl_type = normalised(kind)
    if appl_type not in APPL_TYPES:
        return "t5"
    day = roc_date(date)
    if day.value is None:
        return "t6"
    # A supplement counts its cases from 1 again, so its date is part of their identity.
    dated = f"/{roc_text(day.value)}" if case_identity_uses_t6(appl_type, day.value) else ""
    start = f"{code.value}/{roc_month_text(month.value)}/{appl_type}{dated}/"
    return Header(code.value, month.value, trimmed(mode)[:1], appl_type, day.value, start)


def short_dates(fee_month: str, date: str) -> tuple[tuple[str, str], ...]:
    """Warning and tag where t3 or t6 is a digit short: most likely its leading zero is lost."""
    found = (("t3", roc_month(fee_month).code), ("t6", roc_date(date).code))
    return tuple((code, tag) for tag, code in found if code in ("DATE_4_DIGITS", "DATE_6_DIGITS"))


def file_header(tdata: dict[str, str], uploader: Uploader | None) -> Header:
    """The header of a claim file. Raises FileRefused: F_ROOT, F_HEADER, F_OWNER."""
    form = normalised(tdata.get("t1", ""))
    if form and form not in OUTPATIENT_FORMATS:
        raise FileRefused("F_ROOT", masked("text", form), "10", "t1", hint="資料格式不是門診。")
    made = header(*(tdata.get(tag, "") for tag in ("t2", "t3", "t4", "t5", "t6")))
    if isinstance(made, str):
        found = trimmed(tdata.get(made, ""))
        nine = made == "t2" and len(found) == 9 and found.isascii() and found.isdigit()
        hint = "t2 只有九碼，開頭的 0 可能遺失。" if nine else ""
        raise FileRefused("F_HEADER", masked("facility", found), column=made, hint=hint)
    if uploader is not None and not uploader.owns(made.facility_id):
        raise FileRefused("F_OWNER", made.facility_id, uploader.facility_id, "t2")
    return made
