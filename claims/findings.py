"""Findings about rows: a broken rule as a value, with everything a clinic needs to put it right.

An error refuses the row, a warning travels with it. Texts in ``found`` are masked here, because
findings leave through topics and reports that hold nothing personal.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from claims.events import Finding
from claims.masks import mask_person_id, mask_start
from claims.texts import trimmed

ERROR, WARNING = "error", "warning"
LONGEST_FOUND = 24


class Meaning(NamedTuple):
    """level, what is expected, what to do (both zh-Hant; expected may come from the column)."""

    level: str
    expected: str
    hint: str


CODES: dict[str, Meaning] = {
    # key fields and rows
    "KEY_BLANK": Meaning(ERROR, "必填", "比對欄位不可空白，請補填後重新上傳。"),
    "OWNER_MISMATCH": Meaning(
        ERROR,
        "上傳機構之代碼",
        "資料列的醫事機構代碼須為上傳機構（或其變更前代碼），不可代他院上傳。",
    ),
    "ROW_TOO_SHORT": Meaning(ERROR, "完整資料列", "資料列過短，無法切出欄位，請檢查檔案。"),
    "ROW_SHAPE": Meaning(
        ERROR, "欄數與標題列相同", "資料列欄數與標題列不符，請檢查分隔符號或引號。"
    ),
    "ACTION_UNKNOWN": Meaning(ERROR, "row、edit、delete、replace", "不認得的動作。"),
    "PROGRAMME_UNKNOWN": Meaning(ERROR, "adult、child、oral", "不認得的預防保健項目。"),
    # person ID
    "ID_BLANK": Meaning(ERROR, "身分證號或統一證號", "請填完整身分證號。"),
    "ID_MASKED": Meaning(ERROR, "未遮罩之完整證號", "證號含遮罩符號，請填完整證號。"),
    "ID_SHAPE": Meaning(ERROR, "1 個英文字母加 9 碼", "證號格式不符，請核對健保卡。"),
    "ID_CHECKSUM": Meaning(ERROR, "檢查碼正確之證號", "證號檢查碼不符，請核對是否誤植。"),
    # facility
    "FACILITY_BLANK": Meaning(ERROR, "10 碼醫事機構代碼", "請填醫事機構代碼。"),
    "FACILITY_ENOTATION": Meaning(
        ERROR,
        "10 碼醫事機構代碼",
        "試算表已把代碼改成科學記號且無法還原，請將欄位設為文字後重新填入。",
    ),
    "FACILITY_SHAPE": Meaning(ERROR, "10 碼醫事機構代碼", "醫事機構代碼格式不符。"),
    "FACILITY_PADDED": Meaning(WARNING, "10 碼醫事機構代碼", "代碼僅 9 碼，已視為前面缺 0。"),
    "FACILITY_CHECK": Meaning(WARNING, "檢查碼相符之代碼", "醫事機構代碼檢查碼不符，請核對。"),
    # dates
    "DATE_BLANK": Meaning(ERROR, "日期", "請填日期。"),
    "DATE_SHAPE": Meaning(
        ERROR, "", "日期格式不符；若出現 5 碼數字，是試算表的日期序號，請改為文字。"
    ),
    "DATE_GREGORIAN": Meaning(ERROR, "", "此欄應填民國日期，請勿填西元。"),
    "DATE_RANGE": Meaning(ERROR, "", "沒有這一天，或早於合理範圍。"),
    "DATE_OPEN_END": Meaning(ERROR, "", "此欄不可填 999-12-31。"),
    "DATE_IN_FUTURE": Meaning(ERROR, "不晚於上傳日", "日期晚於上傳日。"),
    "DATE_ORDER": Meaning(ERROR, "", "日期先後不合理，請核對。"),
    "DATE_6_DIGITS": Meaning(WARNING, "7 碼民國日期", "日期僅 6 碼，已視為年份前面缺 0。"),
    # other values
    "VALUE_NOT_ALLOWED": Meaning(ERROR, "", "欄位值不在允許範圍內。"),
    "ORDER_CODE_NOT_ALLOWED": Meaning(ERROR, "", "醫令代碼不屬於此項預防保健。"),
    "FIELD_TOO_LONG": Meaning(ERROR, "較短的文字", "欄位內容過長。"),
    # warnings about content
    "FIELD_BLANK": Meaning(WARNING, "應填", "欄位空白，勾稽前請補填。"),
    "VALUE_OUT_OF_RANGE": Meaning(WARNING, "", "數值超出常見範圍，請核對。"),
    "VALUE_DECIMALS": Meaning(WARNING, "", "小數位數過多。"),
    "SEX_MISMATCH": Meaning(WARNING, "與證號第 2 碼相符", "性別與證號第 2 碼不符，請核對。"),
    "BMI_MISMATCH": Meaning(
        WARNING, "體重 ÷ 身高²（誤差 0.2 以內）", "身體質量指數與身高、體重不符。"
    ),
    "DBP_NOT_BELOW_SBP": Meaning(WARNING, "小於收縮壓", "舒張壓應小於收縮壓。"),
    "EXTRA_LEFT_OUT": Meaning(
        WARNING, "", "未定義的欄位過長，未隨資料列保存；原始檔案仍完整保存。"
    ),
    "W_SPLIT_CHAR": Meaning(
        WARNING, "完整文字", "欄位開頭或結尾只有半個中文字，請檢查欄位長度或檔案編碼。"
    ),
    "W_BYTES": Meaning(WARNING, "可讀文字", "含無法辨識的字元，請檢查檔案編碼。"),
}
_UNNAMED = Meaning(ERROR, "", "")

# What an ID looks like wherever it stands: a shifted column must not carry it out.
_ID_LIKE = re.compile(r"[A-Za-z][A-Da-d0-9][0-9]{5,}")
# And a birth date: 740310, 0740310, 19850310, 74/03/10, 74年3月10日.
_LONG_NUMBER = re.compile(r"[0-9]{6,}")
_SHORT_DATE = re.compile(r"(?<![0-9])(?:[0-9]{6,7}|(?:19|20)[0-9]{6})(?![0-9])")
_WRITTEN_DATE = re.compile(r"[0-9]{2,4} ?[年/.-] ?[0-9]{1,2} ?[月/.-] ?[0-9]{1,2}")
# What a service column may show whole: a ROC day since National Health Insurance began. Any other
# text in it may be the birth date of a row that slipped a column.
_SERVICE_DAY = re.compile(r"(?:08[4-9]|09[0-9]|1[0-9]{2})[0-9]{4}")
_HAN = re.compile(r"[㐀-鿿豈-﫿]{2,}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u200b-\u200f\u2028-\u202f\ufeff]")
# Answers in words that a map did not translate; two or more other Han characters may be a name.
_ANSWERS = frozenset(["陰性", "陽性", "正常", "異常", "沒有", "不詳", "男性", "女性"])


def _starred(text: str, shown: int) -> str:
    return text if text in _ANSWERS else mask_start(text, shown)


def masked(kind: str, text: str) -> str:
    """``text`` as it may be shown for a column of this kind, at most LONGEST_FOUND characters."""
    text = _UNPRINTABLE.sub("?", trimmed(text))
    if kind == "person":
        shown = mask_person_id(text)
    elif kind == "name":
        shown = mask_start(text, 1)
    elif kind in ("birth", "phone"):
        shown = mask_start(text, 3)
    else:
        shown = _ID_LIKE.sub(lambda hit: mask_person_id(hit[0]), text)
        shown = _HAN.sub(lambda hit: _starred(hit[0], 1), shown)
        if kind != "service" or _SERVICE_DAY.fullmatch(shown) is None:
            number = _SHORT_DATE if kind in ("facility", "partner") else _LONG_NUMBER
            shown = number.sub(lambda hit: mask_start(hit[0], 3), shown)
            shown = _WRITTEN_DATE.sub(lambda hit: mask_start(hit[0], 3), shown)
    return shown if len(shown) <= LONGEST_FOUND else shown[: LONGEST_FOUND - 1] + "…"


def finding(
    code: str, column: str = "", found: str = "", expected: str = "", level: str = ""
) -> Finding:
    """A finding with the words of its code; ``found`` must be masked already (see ``masked``).

    A code that is not in CODES (a structural damage named by a reader) is an error without a hint.
    """
    meaning = CODES.get(code, _UNNAMED)
    return Finding(
        code=code,
        level=level or meaning.level,
        column=column,
        found=found,
        expected=expected or meaning.expected,
        hint=meaning.hint,
    )


def from_warnings(warnings: Iterable[str]) -> tuple[Finding, ...]:
    """The findings behind the warnings of a ResultItem, which travel as ``CODE:column``.

    One a code, naming its columns with commas between: a row may lack fifty of them.
    """
    columns: dict[str, list[str]] = {}
    for warning in warnings:
        code, _, column = warning.partition(":")
        columns.setdefault(code, []).append(column)
    return tuple(finding(code, ",".join(names), level=WARNING) for code, names in columns.items())
