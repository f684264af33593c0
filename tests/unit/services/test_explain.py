"""The story of a case: every step, in words a clinic reads, and nobody named in full."""

import json

import msgspec

from claims.events import Candidate, CaseChanged, FixStep, Reason
from claims.states import TRANSITIONS
from services.match.explain import _in_order, _is_whole
from services.match.explain_story import story_of, told_as_data
from services.match.explain_words import CHANGES_ZH, cause_words
from services.match.words import field_words, reason_words, state_words
from tests.support.judge import PERSON, day
from tests.support.match_stage import Matching, a_line, a_part, an_item


async def _steps() -> list[CaseChanged]:
    """A claim, a result on another day, the deadline, the result put right."""
    async with Matching() as stage:
        wrong = an_item(visit=day("114-03-11"))
        right = an_item()
        await stage.give(a_part("SC", claims=[a_line("A")]))
        await stage.give(a_part("SW", results=[wrong], on="114-04-06"))
        await stage.close_day("114-05-30")
        await stage.give(a_part("SR", results=[right], on="114-06-02"))
        return [event for event in stage.out("case-changed") if isinstance(event, CaseChanged)]


async def test_the_story_names_date_change_state_reason_deadline_and_evidence() -> None:
    steps = await _steps()
    text = story_of(steps)
    assert text.startswith(f"案件 {steps[0].case_id}\n") and "目前 已勾稽 matched" in text
    for words in (
        "1. 2025-04-05（民國 1140405）　收到申報 claim_registered",
        "狀態　新案 new → 待上傳 pending",
        "原因　就醫日期與檢查日期不同 DATE_MISMATCH",
        "應為 1140310，查得 1140311",
        "最接近　SW:1 第 1 版",
        "上傳期限已過 upload_overdue",
        "待上傳 pending → 逾期未上傳 late（系統狀態 1）",
        "處理者　院所 C",
        "期限　2025-05-30（民國 1140530）",
        "依據　SC:1、SW:1",
        "逾期未上傳 late → 已勾稽 matched（逾期上傳，完成日期 2025-06-02）",
    ):
        assert words in text, words


async def test_neither_story_nor_data_name_anybody() -> None:
    steps = await _steps()
    both = story_of(steps) + json.dumps(told_as_data(steps))
    assert PERSON not in both and "A1234*****" in both
    assert "sealed" not in both and steps[0].person_key not in both


async def test_data_for_machines_has_codes_and_iso_days() -> None:
    first, *_, last = told_as_data(await _steps())
    assert (first["change"], first["occurred_on"]) == ("claim_registered", "2025-04-05")
    assert (last["state"], last["completed_on"]) == ("matched", "2025-06-02")
    assert first["reasons"][0].keys() == {"code", "field", "expected", "found"}


async def test_fix_papers_and_candidates_of_others_are_told() -> None:
    step = msgspec.structs.replace(
        (await _steps())[1],
        programme="oral",
        shortest_fix=("請修改檢查日期。",),
        fix=(FixStep("edit", "SW:1", 1, "visit_date", "1140310"),),
        nearest=(
            Candidate(
                *("SW:1", 2, ("person_id",), "3501340006", "A1235*****"),
                (Reason("ID_MISMATCH", "person_id", "A1234*****", "A1235*****"),),
            ),
        ),
        form_required=True,
        paper_due_on=day("114-07-15"),
        note_on=day("114-06-20"),
        form_received_on=day("114-07-10"),
        order_id="O1",
        round_id="2025-oral-1",
        result_sign="1",
    )
    text = story_of([step])
    for words in (
        "修正方式 1　請修改檢查日期。",
        "SW:1 第 2 版，院所 3501340006，身分證號 A1235*****，不同處：身分證號不符 ID_MISMATCH",
        "須寄大口資料修改申請表，2025-07-15 前寄出",
        "2025-06-20 已填無法補登說明",
        "2025-07-10 已收到申請表",
        "追扣　O1",
        "陽性，補正期 2025-oral-1",
    ):
        assert words in text, words
    assert told_as_data([step])[0]["fix"][0]["field"] == "visit_date"


def test_every_change_of_the_specification_has_a_word() -> None:
    said = {row.change for row in TRANSITIONS} | {"alias_added", "remark_added", "hint_changed"}
    assert said <= CHANGES_ZH.keys()


def test_codes_that_are_not_ours_are_shown_as_they_are() -> None:
    assert state_words("brand_new") == "brand_new" and state_words("") == "新案 new"
    assert reason_words(Reason("NEW_CODE", "", "", ""), "adult") == "NEW_CODE"
    assert field_words("hdl,unheard_of", "adult").endswith("、unheard_of")
    assert cause_words("round-opened/2025-1") == "補正期開始 round-opened/2025-1"
    assert cause_words("S1:7") == "S1:7"


async def test_a_gap_or_a_late_start_means_that_the_rest_lies_elsewhere() -> None:
    steps = await _steps()
    assert _is_whole(steps) and not _is_whole([])
    assert not _is_whole(steps[1:]) and not _is_whole([steps[0], *steps[2:]])
    assert _in_order([*reversed(steps), *steps]) == steps
