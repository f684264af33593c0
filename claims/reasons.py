"""Register of reason codes (原因代碼): what each means, who acts, the shortest fix in words.

Codes travel on the wire: never renamed, never reused. ``who``: C clinic, A agency, L laboratory
reminds the clinic, - nobody. source: correction.md section 5; R-26 for the codes added there.
"""

from typing import NamedTuple

from claims.advice import ADVICE_ZH


class Known(NamedTuple):
    """One code. ``kind``: reason (of a case without match), hint, answer (to a row or command)."""

    code: str
    zh: str
    en: str
    who: str
    fix: str
    kind: str = "reason"


REASONS: tuple[Known, ...] = (
    Known("NOT_FOUND", "查無檢查結果", "no result with this key", "C", "add the result"),
    Known(
        "FACILITY_MISMATCH",
        "上傳機構與申報機構不同",
        "result under another facility code",
        "C",
        "add under the claiming code (adult: delete the other first; child: edit)",
    ),
    Known(
        "FACILITY_CODE_CHANGED",
        "醫事機構代碼變更",
        "claimed under the old code",
        "C, then A",
        "letter with both codes; upload with the new code; the agency enters the alias",
    ),
    Known("FACILITY_CLOSED", "機構已停歇業", "closed facility", "A", "child: exempt"),
    Known(
        "DATE_MISMATCH",
        "就醫日期與檢查日期不同",
        "dates differ",
        "C",
        "change the result date to the visit date (adult stage 1: delete and add again)",
    ),
    Known(
        "CLAIM_DATE_WRONG",
        "通知名單就醫日期有誤",
        "clinic says the listed date is wrong",
        "C calls A",
        "phone; the agency notes it",
    ),
    Known(
        "ID_OLD_NEW",
        "新舊身分證號不一致",
        "uploaded under the new ID",
        "C calls A",
        "phone; the agency enters the alias",
    ),
    Known(
        "ID_MISMATCH",
        "身分證號不符",
        "ID differs by a typing error",
        "C",
        "child: edit; adult: delete and add again; oral: add again",
    ),
    Known(
        "BIRTH_MISMATCH",
        "出生日期不符",
        "birth date differs",
        "C",
        "child: edit; adult: delete and add again",
    ),
    Known(
        "BIRTH_INVALID",
        "申報出生日期無法使用",
        "claim's birth date unusable",
        "C",
        "re-send the claim",
    ),
    Known("CODE_MISMATCH", "醫令代碼不符", "child order code differs", "C", "edit the order code"),
    Known(
        "BC_RESULT_MISSING",
        "BC肝結果未上傳",
        "BC claimed, no hepatitis result",
        "C",
        "fill 40 and 41 (56, 57 if stage 2)",
    ),
    Known("HBSAG_MISSING", "缺B型肝炎表面抗原", "40 blank", "C", "fill it"),
    Known("ANTI_HCV_MISSING", "缺C型肝炎抗體", "41 blank", "C", "fill it"),
    Known("INTERP_HBV_MISSING", "缺B肝炎判讀", "56 blank though stage 2 was done", "C", "fill it"),
    Known("INTERP_HCV_MISSING", "缺C肝炎判讀", "57 blank though stage 2 was done", "C", "fill it"),
    Known("BC_FLAG_NOT_3", "單做BC肝未填3", "BC alone, flag not 3", "C", "set bc_history to 3"),
    Known(
        "STAGE2_MISSING",
        "結果檔不完整(缺2階)",
        "stage 2 claimed, stage-2 date blank",
        "C",
        "fill stage-2 date and all stage-2 fields",
    ),
    Known(
        "STAGE2_INCOMPLETE",
        "第2階段欄位未填全",
        "stage-2 date filled, some field blank",
        "C",
        "fill the named fields",
    ),
    Known(
        "STAGE2_DATE_MISSING",
        "缺第2階段檢查日期",
        "stage-2 fields filled, date blank",
        "C",
        "fill the date or clear the fields",
    ),
    Known(
        "STAGE1_INCOMPLETE",
        "第1階段結果未填全",
        "a stage-1 field blank",
        "C",
        "fill the named fields",
    ),
    Known(
        "PAYER_NOT_1",
        "支付方式非預防保健",
        "payer is not 1",
        "C",
        "negative: set 1; positive: note",
    ),
    Known(
        "INDIGENOUS_MISMATCH",
        "原住民欄位錯誤",
        "order 97 without indigenous = 1",
        "C",
        "negative: correct; positive: note",
    ),
    Known(
        "HABIT_MISMATCH",
        "菸檳行為資料錯誤",
        "stored habit values do not meet the rule of the order",
        "C",
        "negative: correct; positive: note and form by mail",
    ),
    Known(
        "HABIT_NOT_ELIGIBLE",
        "菸檳行為不符補助標準",
        "a correction row whose habit is outside the standard",
        "C",
        "none; withdraw the claim",
    ),
    Known("NOT_ON_LIST", "非名單內個案", "off the list of that year", "C", "none", "answer"),
    Known("LOCKED", "已完成勾稽，欄位鎖定", "field or row locked", "-", "none", "answer"),
    Known(
        "NOTE_NOT_ALLOWED",
        "不得填寫說明",
        "note for status 1 or a negative",
        "C",
        "correct on line or add",
        "answer",
    ),
    Known("NOTE_REQUIRED", "須填無法補登說明", "positive status 2", "C", "write the note"),
    Known(
        "FORM_REQUIRED",
        "須寄修改申請表",
        "positive, habit must change",
        "C",
        "form and copy by registered mail before the paper deadline",
    ),
    Known(
        "DUPLICATE_RESULT",
        "重複上傳",
        "second result for one key",
        "C",
        "delete one",
        "answer",
    ),
    Known("DUPLICATE_CLAIM", "重複申報", "second claim for one key", "C", "withdraw one"),
    Known(
        "RESULT_WITHOUT_CLAIM",
        "有結果無申報",
        "result, no claim yet",
        "-",
        "none; waits for the claim",
        "answer",
    ),
    Known(
        "UPLOADED_BUT_WRONG",
        "上傳成功但內容有誤",
        "accepted row, no match; a child row with blank mandatory fields",
        "C",
        "see the other reasons; fill the named fields",
    ),
    Known("LATE_UPLOAD", "逾期上傳", "after the 60 days", "-", "none", "hint"),
    Known(
        "CANCELLED_ON_CARD",
        "健保卡已取消",
        "card entry was cancelled",
        "C",
        "check whether the service took place",
        "hint",
    ),
    Known("AGE_NOT_ELIGIBLE", "年齡不符", "age outside the band", "C", "check birth date", "hint"),
    Known(
        "INTERVAL_TOO_SHORT",
        "間隔不足",
        "too soon after the earlier service",
        "C",
        "check earlier service",
        "hint",
    ),
    Known("TOOTH_INVALID", "牙位不符", "tooth does not fit the code", "C", "correct", "hint"),
    Known(
        "LAB_NO_ACCESS",
        "代檢單位無上傳權限",
        "laboratory cannot upload",
        "L",
        "remind the clinic",
        "hint",
    ),
    Known(
        "SYSTEM_CASE",
        "多次上傳成功仍列未上傳",
        "repeated success, still listed",
        "A",
        "support looks into it",
        "hint",
    ),
    Known("UNKNOWN", "原因不明", "nothing proven", "A", "ask support"),
    # odd, but no reason
    Known(
        "STAGE1_CLAIM_MISSING",
        "查無第1階段申報",
        "stage 2 claimed without its stage 1",
        "C",
        "check the claim of stage 1",
        "hint",
    ),
    Known(
        "BC_FLAG_ODD",
        "已填第1階段結果卻註記僅做BC肝",
        "bc_history is 3 although stage 1 is filled",
        "C",
        "check bc_history",
        "hint",
    ),
    Known(
        "HABIT_DOUBTFUL",
        "僅以戒菸符合資格",
        "only a habit given up meets the rule",
        "C",
        "check the habits",
        "hint",
    ),
    # rows 20 and 26 of the transitions, and what the partition's own index finds
    Known(
        "LATE_CORRECTION",
        "補正期後上傳",
        "a right result came after the round was over",
        "A",
        "taken; only the agency may change the state",
        "hint",
    ),
    Known(
        "PERSONS_SWAPPED",
        "疑似兩人結果互換",
        "exchanging the IDs of two results makes both match",
        "C",
        "exchange the two persons",
        "hint",
    ),
    # refusals of rows
    Known(
        "OWNER_MISMATCH",
        "非本機構資料",
        "row of another facility, or a laboratory's own upload",
        "C",
        "the claiming facility uploads it",
        "answer",
    ),
    Known("KEY_BLANK", "比對欄位空白", "a key field is blank", "C", "fill it"),
    Known(
        "VALUE_NOT_ALLOWED", "欄位值不允許", "value is not in the list", "C", "correct it", "answer"
    ),
    Known(
        "ORDER_CODE_NOT_ALLOWED",
        "醫令代碼不允許",
        "order code not of this programme",
        "C",
        "correct it",
        "answer",
    ),
    Known("DATE_ORDER", "日期先後不符", "dates in the wrong order", "C", "correct it", "answer"),
    Known("DATE_IN_FUTURE", "日期晚於收件日", "later than receipt", "C", "correct it", "answer"),
    Known("FIELD_TOO_LONG", "欄位過長", "longer than allowed", "C", "shorten it", "answer"),
    Known("COLUMN_MISSING", "缺少欄位", "a column is missing in the file", "C", "add it", "answer"),
    # refusals of commands
    Known("EDIT_NOT_ALLOWED", "不得修改", "edit not legal here", "C", "none", "answer"),
    Known("DELETE_NOT_ALLOWED", "不得刪除", "delete not legal here", "C", "edit it", "answer"),
    Known("WITHDRAW_NOT_ALLOWED", "不得撤回", "already decided", "C", "ask the agency", "answer"),
    Known("DECISION_NOT_ALLOWED", "不得決定", "decision not legal here", "A", "none", "answer"),
    Known("ROUND_CLOSED", "補正期已結束", "the round is over", "C", "none", "answer"),
    Known("VERSION_CONFLICT", "資料已被更新", "somebody changed it", "C", "look again", "answer"),
    Known("UNKNOWN_CASE", "查無此筆資料", "no such claim or result", "C", "check", "answer"),
    Known("ALIAS_CYCLE", "代碼循環", "aliases form a circle", "A", "take one back", "answer"),
)

BY_CODE: dict[str, Known] = {known.code: known for known in REASONS}


def hint_zh(code: str) -> str:
    """What a code means and what to do, in Chinese; empty for a code that is not ours."""
    known = BY_CODE.get(code)
    if known is None:
        return ""
    advice = ADVICE_ZH.get(code)
    return f"{known.zh}：{advice}" if advice else known.zh
