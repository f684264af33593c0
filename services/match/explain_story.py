"""The steps of a case as a story for people (zh-Hant, codes beside), and as data for machines.

Everything sealed stays sealed: the story shows what the events show.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from claims import legal_actions
from claims.events import Candidate, CaseChanged
from claims.periods import iso_text, roc_month_text
from claims.reasons import BY_CODE
from services.match.explain_words import cause_words, change_words
from services.match.words import (
    ACTORS_ZH,
    both_calendars,
    field_words,
    programme_words,
    reason_words,
    state_words,
)

DAYS = ("occurred_on", "visit_date", "completed_on", "due_on", "note_on", "form_received_on",
        "paper_due_on")  # fmt: skip
# Sealed texts, and the keyed hash: no reader of a story can use them.
LEFT_OUT = ("person_key", "publish_key_id", "seal_key_id")


def story_of(steps: Sequence[CaseChanged]) -> str:
    """The whole case, its latest state first, then step by step."""
    last = steps[-1]
    lines = [
        f"案件 {last.case_id}",
        f"院所 {last.facility_id}　身分證號 {last.person_masked}　"
        f"{programme_words(last.programme)} {last.programme}　醫令 {last.order_code}",
        f"就醫日期 {both_calendars(last.visit_date)}　費用年月 {roc_month_text(last.fee_month)}　"
        f"點數 {last.points}",
        f"目前 {state_words(last.state)}",
    ]
    for step in steps:
        lines += ["", *(_step(step))]
    return "\n".join(lines)


def _step(step: CaseChanged) -> Iterator[str]:
    yield f"{step.sequence}. {both_calendars(step.occurred_on)}　{change_words(step.change)}"
    moved = step.previous_state != step.state
    before = f"{state_words(step.previous_state)} → " if moved else ""
    yield f"   狀態　{before}{state_words(step.state)}" + _flags(step)
    yield f"   起因　{cause_words(step.caused_by)}"
    for reason in step.reasons:
        yield f"   原因　{reason_words(reason, step.programme)}"
    for hint in step.hints:
        yield f"   提示　{reason_words(hint, step.programme)}"
    for near in step.nearest:
        yield f"   最接近　{_near(near, step.programme)}"
    for number, words in enumerate(step.shortest_fix, 1):
        yield f"   修正方式 {number}　{words}"
    if step.allowed_actions:
        actions = (f"{legal_actions.ZH.get(a, '')} {a}".strip() for a in step.allowed_actions)
        yield f"   可採行　{'、'.join(actions)}"
    if actors := _actors(step):
        yield f"   處理者　{actors}"
    if step.due_on is not None:
        yield f"   期限　{both_calendars(step.due_on)}"
    yield from _papers(step)
    yield f"   依據　{'、'.join(step.evidence)}　規則 {step.rule_version}"


def _flags(step: CaseChanged) -> str:
    flags = []
    if step.system_status:
        flags.append(f"系統狀態 {step.system_status}")
    if step.result_sign:
        flags.append("陽性" if step.result_sign == "1" else "陰性")
    if step.is_late:
        flags.append("逾期上傳")
    if step.completed_on is not None:
        flags.append(f"完成日期 {iso_text(step.completed_on)}")
    if step.round_id:
        flags.append(f"補正期 {step.round_id}")
    return f"（{'，'.join(flags)}）" if flags else ""


def _near(near: Candidate, programme: str) -> str:
    where = f"，院所 {near.facility_id}" if near.facility_id else ""
    whose = f"，身分證號 {near.person_masked}" if near.person_masked else ""
    what = "；".join(reason_words(reason, programme) for reason in near.reasons)
    what = what or "、".join(field_words(name, programme) for name in near.differs)
    return f"{near.result_id} 第 {near.version} 版{where}{whose}，不同處：{what or '－'}"


def _actors(step: CaseChanged) -> str:
    """Whoever the reasons ask; nobody once there are none."""
    known = (BY_CODE.get(reason.code) for reason in step.reasons)
    who = dict.fromkeys(each.who for each in known if each is not None and each.who != "-")
    return "、".join(f"{ACTORS_ZH.get(each, each)} {each}" for each in who)


def _papers(step: CaseChanged) -> Iterator[str]:
    if step.note_on is not None:
        yield f"   說明　{iso_text(step.note_on)} 已填無法補登說明"
    if step.form_required:
        until = f"，{iso_text(step.paper_due_on)} 前寄出" if step.paper_due_on is not None else ""
        yield f"   書面　須寄大口資料修改申請表{until}"
    if step.form_received_on is not None:
        yield f"   書面　{iso_text(step.form_received_on)} 已收到申請表"
    if step.order_id:
        yield f"   追扣　{step.order_id}"


def told_as_data(steps: Sequence[CaseChanged]) -> list[dict[str, Any]]:
    """Every step with the fields of `case-changed` by their names; days as yyyy-MM-dd."""
    return [_plain(step) for step in steps]


def _plain(step: CaseChanged) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name in step.__struct_fields__:
        value = getattr(step, name)
        if name in LEFT_OUT or isinstance(value, bytes):
            continue
        if name in DAYS:
            value = None if value is None else iso_text(value)
        shown[name] = msgspec.to_builtins(value)
    return shown
