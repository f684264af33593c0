"""每日摘要: the agency's daily summary as rows; from the facts of its notice."""

from collections.abc import Mapping
from typing import Any

from claims.notice_lines import Row
from claims.states import OPEN, ZH

CHANGED, STANDING, TOLD = "前一日異動", "目前未結案", "通知發送"
# The changes worth a line, in the order of a case's life.
CHANGES_ZH = {
    "claim_registered": "新增申報",
    "claim_invalid": "無法勾稽",
    "matched": "完成勾稽",
    "match_retracted": "勾稽撤銷",
    "upload_overdue": "逾期未上傳",
    "unmatched": "列入補正清單",
    "note_filed": "填寫無法補登說明",
    "note_approved": "說明核可",
    "note_refused": "說明未核可",
    "correction_overdue": "屆期仍未補正",
    "payment_denied": "不予核付",
    "recovery_ordered": "追扣",
    "decision_reversed": "撤銷決定",
    "claim_withdrawn": "撤回申報",
}


def summary_rows(facts: Mapping[str, Any]) -> list[Row]:
    """``changes``: change to cases; ``open``: state to cases; ``planned``: notices of the day;
    ``unheard``: facilities with something due that nobody hears; ``parked``: messages that wait
    for a person; ``line_used`` and ``line_monthly`` (None: no limit): LINE messages."""
    changes, standing = facts.get("changes", {}), facts.get("open", {})
    rows = [
        Row(CHANGED, zh, changes[change], "件", "")
        for change, zh in CHANGES_ZH.items()
        if changes.get(change)
    ]
    rows += [
        Row(STANDING, zh, standing[state], "件", "")
        for state, zh in ZH.items()
        if state in OPEN and standing.get(state)
    ]
    monthly = facts.get("line_monthly")
    limit = "" if monthly is None else f"每月上限 {monthly:,} 則。"
    unheard, parked = facts.get("unheard", 0), facts.get("parked", 0)
    rows += [
        Row(TOLD, "今日規劃通知", facts.get("planned", 0), "則", ""),
        Row(TOLD, "無收件人之機構", unheard, "家", "請聯繫加入好友。" if unheard else ""),
        Row(TOLD, "待人工處理訊息", parked, "則", "請至管理頁處理。" if parked else ""),
        Row(TOLD, "LINE 本月用量", facts.get("line_used", 0), "則", limit),
    ]
    return rows
