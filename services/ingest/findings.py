"""What ingest itself can say about a file, besides the words of its readers."""

from claims.events import Finding

DUPLICATE, CASE_GONE, FACILITY_UNKNOWN = "F_DUPLICATE", "W_CASE_GONE", "W_FACILITY_UNKNOWN"
UNREADABLE, NOT_YOURS = "F_UNREADABLE", "F_OWNER"
_WORDS = {
    DUPLICATE: ("warning", "相同內容的檔案先前已收件，沿用原收據，不重複處理。"),
    CASE_GONE: (
        "warning",
        "先前申報檔的案件在此檔中已不存在；系統不會自動撤回，必要時請辦理撤回。",
    ),
    FACILITY_UNKNOWN: ("warning", "此醫事機構代碼不在名冊中，請通知管理單位。"),
    UNREADABLE: ("error", "系統無法讀完此檔案，未收件；請通知管理單位。"),
    NOT_YOURS: ("error", "多機構的抽檔只能由管理單位上傳。"),
}


def said(code: str, found: str = "", expected: str = "") -> Finding:
    level, hint = _WORDS[code]
    return Finding(code, level, "", found, expected, hint)
