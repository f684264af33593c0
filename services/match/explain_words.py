"""What happened to a case, in Chinese: a word for every change of correction.md section 3."""

CHANGES_ZH: dict[str, str] = {
    "claim_registered": "收到申報",
    "claim_invalid": "收到申報，但關鍵欄位無法使用",
    "claim_revised": "申報重新送核",
    "claim_withdrawn": "院所撤回申報",
    "matched": "勾稽成功",
    "mismatch_found": "上傳資料與申報不符",
    "match_retracted": "原勾稽取消",
    "result_removed": "檢查結果已移除",
    "upload_overdue": "上傳期限已過",
    "unmatched": "列入補正清單",
    "note_filed": "儲存無法補登說明",
    "note_withdrawn": "無法補登說明已清空",
    "note_approved": "說明經核可",
    "note_refused": "說明未獲核可",
    "correction_overdue": "補正期限已過",
    "late_correction": "補正期後才收到正確結果",
    "payment_denied": "機關決定不予核付",
    "recovery_ordered": "機關決定追扣",
    "decision_reversed": "機關撤銷原決定",
    "exempted": "免上傳",
    "exemption_ended": "免上傳事由消滅",
    "alias_added": "登錄新舊代碼或證號",
    "rule_changed": "規則版本變更",
    "remark_added": "機關註記",
    "hint_changed": "提示更新",
}
CAUSES_ZH = (
    ("day-closed/", "日終關閉"),
    ("round-opened/", "補正期開始"),
    ("round-closed/", "補正期結束"),
    ("rules-changed/", "規則變更"),
    ("person-aliased/", "新舊身分證號"),
    ("facility-renamed/", "醫事機構代碼變更"),
    ("facility-closed/", "機構停歇業"),
)


def change_words(change: str) -> str:
    return f"{CHANGES_ZH.get(change, '')} {change}".strip()


def cause_words(cause: str) -> str:
    """What brought it: a milestone by its kind, else the record or command."""
    for prefix, zh in CAUSES_ZH:
        if cause.startswith(prefix):
            return f"{zh} {cause}"
    return cause
