"""Register of what the readers can say: code, level, and the sentence that a clinic reads.

Codes travel on the wire and stand in reports: never renamed, never reused.
source: claim-file.md section 9, rulings.md R-14 to R-18 and R-26 to R-28, uploads.md section 1.
"""

from claims.events import Finding

ERROR, WARNING = "error", "warning"

# The whole file is refused.
FILE_REFUSALS = {
    "F_CONTAINER": "檔案無法讀取：須為申報 XML（或只含一個 XML 的 ZIP）、CSV 或 XLSX，不可加密。",
    "F_UNSAFE": "檔案含不安全的內容（DTD、實體、壓縮炸彈、巢狀壓縮、路徑名稱），不予讀取。",
    "F_ROOT": "這不是門診醫療費用點數申報檔（根標籤應為 outpatient）。",
    "F_HEADER": "總表段 t2 機構代號、t3 費用年月、t5 申報類別、t6 申報日期缺少或寫錯。",
    "F_OWNER": "檔案的服務機構代號不是您的醫事機構代碼，只能上傳本機構的申報檔。",
    "F_XML": "XML 格式錯誤，且沒有任何一個案件可以讀取。",
    "F_MAP": "找不到適用的欄位對照表，請指定上傳項目或對照表版本。",
    "COLUMN_MISSING": "檔案缺少必要欄位，請補上欄位後重新上傳。",
    "COLUMN_REPEATED": "同一欄位在標題列出現兩次，無法判斷以何者為準。",
}

# The file is read; something is to be known about it.
FILE_WARNINGS = {
    "F_XML": "XML 格式有誤，已逐案切開讀取；無法讀取的案件列於下方。",
    "W_BYTES": "部分位元組無法解碼，已以替代字元顯示。",
    "W_EMPTY": "檔案內沒有任何案件或資料列。",
    "W_TRUNCATED": "檔案在最後一個案件中途結束，請重新匯出後再上傳。",
    "W_TOTAL": "總表段的件數或點數與明細不符。",
    "W_FIELD": "欄位超過長度或不是數字，內容保留原文，不作為判斷依據。",
    "DATE_4_DIGITS": "費用年月只有四碼，可能遺失開頭的 0。",
    "DATE_6_DIGITS": "日期只有六碼，可能遺失開頭的 0。",
    "W_PARTLY_READ": "檔案自此處起損壞，之後的資料列沒有讀取，請重新存檔後再上傳。",
}

# One case or one line is refused or skipped; the rest of the file goes on.
CASE_REFUSALS = {
    "C_KEY": "缺少 d1 案件分類或 d2 流水編號，或寫法錯誤。",
    "C_FACILITY": "醫事機構代碼、費用年月、申報類別或申報日期缺少或寫法錯誤。",
    "C_ROW": "此列的欄數與標題不符，或無法切開。",
    "C_PERSON": "身分證統一編號空白、遮蔽或格式錯誤，必須為完整號碼。",
    "C_DATE": "就醫日期空白或不是正確的民國日期（yyyMMdd）。",
    "C_NOLINE": "預防保健案件沒有任何醫令。",
    "C_DUP": "同一檔案內有兩個相同案件鍵的案件，只採用第一個。",
    "C_XML": "此案件的 XML 格式錯誤，無法讀取。",
    "C_SIZE": "此案件的預防保健醫令過多，無法作為一個案件處理。",
    "C_TRUNCATED": "此案件沒有結束標籤，檔案可能不完整。",
    "L_CODE": "醫令代碼空白或寫法錯誤，此筆醫令略過。",
}

CASE_WARNINGS = {
    "W_NOT_A3": "預防保健代碼出現在案件分類 A3 以外的案件，未納入勾稽。",
    "W_CODE": "預防保健案件中的未知醫令代碼，不納入勾稽。",
    "W_CODE_DATE": "此代碼在就醫日期當時不在適用期間內。",
    "W_ALIAS": "代碼 29 視為 L1001C。",
    "W_SERIAL": "就醫序號不是 IC 開頭，也不是異常就醫序號。",
    "W_ID_CHECKSUM": "身分證統一編號的檢查碼不符。",
    "W_DATE_ORDER": "就醫日期晚於收件日，或早於出生日期。",
    "W_BIRTH": "出生日期空白或不是正確的民國日期。",
    "W_SEQ": "醫令序缺少或重複，改以位置編號。",
    "W_FIELD": FILE_WARNINGS["W_FIELD"],
    "W_BYTES": FILE_WARNINGS["W_BYTES"],
    "W_SPLIT_CHAR": "固定欄寬切開了一個中文字，該欄以替代字元保留。",
    "TOOTH_INVALID": "診療部位不是正確的牙位代碼。",
    "DATE_6_DIGITS": FILE_WARNINGS["DATE_6_DIGITS"],
    "DATE_4_DIGITS": FILE_WARNINGS["DATE_4_DIGITS"],
}

# UploadItem.problem: the row could not be cut into its cells; validate refuses it under this code.
ROW_PROBLEMS = {
    "ROW_TOO_SHORT": "此列太短，沒有可讀取的欄位。",
    "ROW_SHAPE": "此列的欄數與標題不符，或引號、控制字元使其無法切開。",
    "FIELD_TOO_LONG": "此列含有過長的欄位。",
}


def refusal(code: str, found: str = "", expected: str = "", column: str = "") -> Finding:
    """The whole file is refused for ``code``."""
    return Finding(code, ERROR, column, found, expected, FILE_REFUSALS[code])


def file_warning(code: str, found: str = "", expected: str = "", column: str = "") -> Finding:
    return Finding(code, WARNING, column, found, expected, FILE_WARNINGS[code])


def case_refusal(code: str, column: str = "", found: str = "", expected: str = "") -> Finding:
    return Finding(code, ERROR, column, found, expected, CASE_REFUSALS[code])


def case_warning(code: str, column: str = "", found: str = "", expected: str = "") -> Finding:
    return Finding(code, WARNING, column, found, expected, CASE_WARNINGS[code])


class FileRefused(Exception):
    """The file as a whole cannot be taken; ``api.open_submission`` makes it ``Reading.refused``."""

    def __init__(
        self, code: str, found: str = "", expected: str = "", column: str = "", hint: str = ""
    ) -> None:
        super().__init__(code)
        self.code = code
        finding = refusal(code, found, expected, column)
        self.finding = Finding(code, ERROR, column, found, expected, finding.hint + hint)
