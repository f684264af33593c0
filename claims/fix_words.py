"""A fix in words, zh-Hant, a sentence a step: what correction.md section 5 calls the shortest fix.

No personal value is named: the clinic has them on its screen.
"""

from functools import lru_cache

from claims.fixes import FixStep
from claims.layouts import layout
from claims.model import Claim
from claims.periods import roc_text

MOST_NAMED = 6


def fix_in_words(step: FixStep, claim: Claim) -> str:
    """One sentence; ends with a full stop."""
    return _sentence(step.action, step.field, step.value, claim.programme, claim.visit_date)


@lru_cache(maxsize=8192)
def _sentence(action: str, field: str, said: str, programme: str, visit: int | None) -> str:
    date = "" if visit is None else roc_text(visit)
    what = columns_in_words(programme, field)
    value = f"填「{said}」" if said else ""
    match action:
        case "add":
            return f"請以單筆新增或批次上傳補上 {date} 的檢查結果。"
        case "edit":
            return f"請修改已上傳的資料：{what}{value}。"
        case "replace":
            return f"請刪除該筆後重新新增：{what}{value}。"
        case "note":
            return "請填寫無法補登說明。"
        case "form":
            return "請填寫大口資料修改申請表，連同篩檢表影本於期限前掛號郵寄。"
        case "alias":
            return "請電洽國民健康署登錄新舊身分證號。"
        case "withdraw":
            return "請撤回其中一筆申報。"
        case "resend":
            return f"請更正{what}後重新送核申報資料。"
    return ""


def columns_in_words(programme: str, fields: str) -> str:
    """``payer,betel`` as the upload form calls them; a long list is counted."""
    titles = {column.name: column.zh for column in layout(programme).columns}
    named = [titles.get(name, name) for name in fields.split(",") if name]
    if len(named) > MOST_NAMED:
        return f"{'、'.join(named[:MOST_NAMED])}等{len(named)}個欄位"
    return "、".join(named)
